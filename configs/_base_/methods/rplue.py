# L = sum_k lambda_k * ( exp(-D_k) * CE_k + D_k ),  D_k = KL( other head || head k )
# "Rectifying Pseudo Label Learning via Uncertainty Estimation for Domain Adaptive
# Semantic Segmentation" (Zheng, Yang). Nothing is detached, in code and paper alike.
model = dict(
    type="UDASegmentor",
    maps=dict(
        variance=dict(
            type="HeadDivergenceMap",
            on="target",
            reference="other",
            detach_reference=False,
        ),
    ),
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            average="all",
            # In the released code alone. It calls a class rare that has less than 64x64
            # pixels an image, whatever the crop: 1/32 of the 256x512 pixels here.
            class_balance=dict(num_classes=19, min_share=1 / 32),
            weight=dict(map="variance", link="exp_neg", detach=False),
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="RPLUE paper, rectified loss",
        ),
        variance=dict(
            type="MinimizeMap",
            map="variance",
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="RPLUE paper, variance regularisation",
        ),
    ),
)
