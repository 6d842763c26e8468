# LCRF's L2 + CE(source), in no paper: our choice for the rows of configs/lcrf.
# Stage two otherwise sees nothing but its own pseudo-labels, and what they leave out
# drifts away: see docs/benchmarks/adaptation.md. L2 alone is lcrf.py.
_base_ = "./lcrf.py"

model = dict(
    objectives=dict(
        source=dict(
            type="Supervised",
            on="source",
            loss_weight=dict(decode=1.0, aux=0.5),
            paper="our extension: a source term",
        ),
    ),
)
