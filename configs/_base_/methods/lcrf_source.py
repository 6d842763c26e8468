# LCRF's L2 + 0.5 * CE(source): our option against forgetting, in no paper. Stage two
# otherwise sees nothing but its own pseudo-labels.
_base_ = "./lcrf.py"

model = dict(
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=0.5, aux=0.25),
            paper="our extension: a source term",
        ),
    ),
)
