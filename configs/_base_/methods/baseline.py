# L = CE(source)
# The Baseline of the MLAN paper's Table 1, Eq. 2, that its other rows add to.
model = dict(
    type="UDASegmentor",
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0),
            paper="MLAN paper, Eq. 2",
        ),
    ),
)
