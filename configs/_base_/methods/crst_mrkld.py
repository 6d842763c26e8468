# L = s * CE(source) + (1 - s) * ( CE(pseudo-labels of the target) + alpha * R )
# "Confidence Regularized Self-Training" (Zou et al.), model regulariser MRKLD, a mean
# over the pixels of the target that have a label.
# alpha is 0.1 in the paper. The released code multiplies by it twice, so that its
# numbers were made with 0.01, which stands here (times the target's share 0.8);
# the paper's is objectives=dict(regulariser=dict(loss_weight=dict(decode=0.08))).
_base_ = "./cbst.py"

model = dict(
    maps=dict(confidence=dict(type="ConfidenceMap", on="target", kind="kld")),
    objectives=dict(
        regulariser=dict(
            type="MinimizeMap",
            map="confidence",
            labelled_in="target",
            loss_weight=dict(decode=0.008),
            paper="CRST paper, MRKLD",
        ),
    ),
)
