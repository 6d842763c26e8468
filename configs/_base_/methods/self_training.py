# L = CE(pseudo-labels of the target): the MLAN paper's L_ST, Eq. 14.
model = dict(
    type="UDASegmentor",
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            average="valid",
            loss_weight=dict(decode=1.0),
            paper="MLAN paper, Eq. 14",
        ),
    ),
)
