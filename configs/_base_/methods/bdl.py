# L = CE(source as target) + 0.001 * BCE(D(softmax(target)), source)
# BDL's training on translated images: AdaptSegNet's, single-level.
model = dict(
    type="UDASegmentor",
    heads=dict(d_decode=dict(type="PixelDiscriminator", in_channels=19)),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="BDL paper, L_seg",
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode"),
            sees="softmax",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,  # as AdaptSegNet
            loss_weight=dict(decode=0.001),
            paper="BDL paper, L_adv",
        ),
    ),
)
