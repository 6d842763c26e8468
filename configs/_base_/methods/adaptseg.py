# L = CE(source) + lambda_adv * BCE(D(softmax(target)), source), one D a head
# "Learning to Adapt Structured Output Space" (Tsai et al.), multi-level.
model = dict(
    type="UDASegmentor",
    heads=dict(
        d_decode=dict(type="PixelDiscriminator", in_channels=19),
        d_aux=dict(type="PixelDiscriminator", in_channels=19),
    ),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0, aux=0.1),
            paper="AdaptSegNet paper, Eq. 3",
        ),
        adversarial=dict(
            type="Adversarial",
            discriminators=dict(decode="d_decode", aux="d_aux"),
            sees="softmax",
            gan="bce",
            source_label=0,
            discriminator_weight=0.5,  # each of the two terms is halved
            loss_weight=dict(decode=0.001, aux=0.0002),
            paper="AdaptSegNet paper, Eq. 4 (and 2 for D)",
        ),
    ),
)
