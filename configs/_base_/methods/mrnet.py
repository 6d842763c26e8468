# L = CE(source) + lambda_adv * LSGAN + 0.1 * sum_k KL(stop_grad[fused] || p_k)
# "Unsupervised Scene Adaptation with Memory Regularization in vivo" (Zheng, Yang). The
# consensus follows the released code; the paper's own Eq. 5 is
#   maps=dict(consensus=dict(reference="other", detach_reference=False))
# Our choice: the cross-entropy is the text's. The released command also weights rare
# classes and keeps the hardest fifth of the pixels, which is
#   objectives=dict(source=dict(class_balance=dict(num_classes=19), keep_hardest=0.2))
model = dict(
    type="UDASegmentor",
    heads=dict(
        d_decode=dict(type="MultiScaleDiscriminator", in_channels=19),
        d_aux=dict(type="MultiScaleDiscriminator", in_channels=19),
    ),
    maps=dict(
        consensus=dict(
            type="HeadDivergenceMap",
            on="target",
            reference="ensemble",
            detach_reference=True,
        ),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="MRNet paper, segmentation loss",
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode", aux="d_aux"),
            sees="softmax",
            gan="lsgan",
            source_label=1,
            source_seg_head="fused",  # both discriminators see the fused source output
            discriminator_weight=1.0,
            gradient_penalty=0.01,
            # 0.001 and 0.0002, times the factor 2 that the code's fooling loss holds
            loss_weight=dict(decode=0.002, aux=0.0004),
            paper="MRNet paper, adversarial loss",
        ),
        consensus=dict(
            type="MinimizeMap",
            map="consensus",
            loss_weight=dict(decode=0.1, aux=0.1),
            begin_iters=15000,  # the paper says 10000
            paper="MRNet paper, Eq. 5 (memory regularisation)",
        ),
    ),
)
