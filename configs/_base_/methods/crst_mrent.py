# L = s * CE(source) + (1 - s) * ( CE(pseudo-labels of the target) + alpha * R )
# "Confidence Regularized Self-Training" (Zou et al.), model regulariser MRENT, a mean
# over the pixels of the target that have a label.
# alpha = 0.1 is our choice, it is not in the released code (times the target's share
# 0.8).
_base_ = "./crst_mrkld.py"

model = dict(
    maps=dict(confidence=dict(kind="entropy")),
    objectives=dict(
        regulariser=dict(loss_weight=dict(decode=0.08), paper="CRST paper, MRENT"),
    ),
)
