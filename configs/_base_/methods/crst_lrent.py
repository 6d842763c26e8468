# L = s * CE(source) + (1 - s) * CE(soft pseudo-labels of the target)
# "Confidence Regularized Self-Training" (Zou et al.), label entropy regulariser: it
# acts on the labels alone, see the rule SoftClassBalanced.
_base_ = "./cbst.py"

model = dict(
    objectives=dict(
        pseudo=dict(type="SoftSupervised", paper="CRST paper, LRENT, soft labels"),
    ),
)
