# L = CE(source as target) + 0.001 * BCE(D(softmax(target)), source)
#     + CE(target, pseudo-labels): BDL's self-supervised learning.
_base_ = "./bdl.py"

model = dict(
    objectives=dict(
        pseudo=dict(
            type="Supervised",
            on="target",
            loss_weight=dict(decode=1.0),
            paper="BDL paper, L_seg on the target",
        ),
    )
)
