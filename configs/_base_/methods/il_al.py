# L = CE(source) + lambda_image * BCE(C_image(E(target)), source)
# IL-AL: MLAN paper, Eq. 6. C_image gives the probability of the source: the text labels
# it 0, the formula's signs want it 1. Only target features are moved, as in AdaptSegNet
# (Eq. 10, literally, moves both).
_base_ = "./mlan_parts.py"

model = dict(
    type="UDASegmentor",
    heads=dict(c_image=_base_.c_image),
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="MLAN paper, Eq. 2",
        ),
        il_al=dict(
            type="Adversarial",
            discriminators=dict(decode="c_image"),
            sees="feature",
            gan="bce",
            source_label=1,
            discriminator_weight=0.5,  # our choice, as AdaptSegNet; Adam does not mind
            loss_weight=dict(decode=1e-3),  # lambda_image
            paper="MLAN paper, Eq. 6",
        ),
    ),
)
