# The same for ConvNeXt, with its rate, weight decay and decay of the rate by stages:
# 0.9 for the last, 0.9 ** 4 for the first, 0.9 ** 5 for the stem.
_base_ = "./adamw_40k.py"

optim_wrapper = dict(
    segmentor=dict(
        optimizer=dict(lr=1e-4, weight_decay=0.05),
        layer_decay=dict(backbone=dict(rate=0.9, layers=r"stages_(\d+)")),
    )
)
