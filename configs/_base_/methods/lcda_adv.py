# LCDA+Adv: L1 + lambda_adv * BCE(D(softmax(target)), source), one D a head. The paper
# "adds the objective function in AdaptSeg" to Eq. 5; its weights are AdaptSegNet's.
_base_ = "./lcda.py"

model = dict(
    heads=dict(
        d_decode=dict(type="PixelDiscriminator", in_channels=19),
        d_aux=dict(type="PixelDiscriminator", in_channels=19),
    ),
    objectives=dict(
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode", aux="d_aux"),
            sees="softmax",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,
            loss_weight=dict(decode=0.001, aux=0.0002),
            paper="AdaptSegNet paper, Eq. 4 (and 2 for D)",
        ),
    ),
)
