# FDA's objective + CE(pseudo-labels of the target)
_base_ = "./fda.py"

model = dict(
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            average="valid",
            loss_weight=dict(decode=1.0),
            paper="FDA paper, self-supervised training",
        ),
    ),
)
