# L = focal(source) + lambda_adv * (1 - i/T) * mean( (0.4 + lambda_local * M) * BCE )
#     + lambda_weight * (1 - i/T) * (cos(W_1, W_2) + 1),   M = 1 - cos(p_1, p_2)
# "Taking A Closer Look at Domain Shift" (Luo et al., CLAN), as its released code does
# it; the paper's text is not at hand. One discriminator sees softmax(z_1 + z_2), so the
# segmentor needs aux_weight=1. lambda_local is 40 for GTA5; SYNTHIA's leaf sets 10.
model = dict(
    type="UDASegmentor",
    heads=dict(d_fused=dict(type="PixelDiscriminator", in_channels=19, upsample=True)),
    maps=dict(disagreement=dict(type="HeadCosineMap", on="target")),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            focal_gamma=2.0,
            loss_weight=dict(decode=1.0, aux=1.0),
            paper="CLAN code, segmentation loss",
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(fused="d_fused"),
            sees="softmax",
            gan="bce",
            source_label=0,
            weight=dict(
                map="disagreement",
                scale=40.0,  # lambda_local
                offset=0.4,
                begin_iters=5001,  # plain cross-entropy before
                detach=False,  # in the fooling term; D never trains the disagreement
            ),
            weight_discriminator=True,  # in the target's term
            discriminator_weight=1.0,  # not halved
            decay=dict(power=1.0, end_iters=100000),  # "damping"
            loss_weight=dict(fused=0.001),
            paper="CLAN code, local adversarial loss",
        ),
        discrepancy=dict(
            type="WeightDiscrepancy",
            decay=dict(power=1.0, end_iters=100000),
            loss_weight=0.02,  # lambda_weight 0.01, times the code's factor 2
            paper="CLAN code, weight discrepancy",
        ),
    ),
)
