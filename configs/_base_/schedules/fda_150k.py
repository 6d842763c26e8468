# FDA: a schedule of 150k iterations (batch of one image per domain), stopped at 100k.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(type="SGD", lr=2.5e-4, momentum=0.9, weight_decay=5e-4),
        lr_mults=dict(decode_head=10.0),
    ),
)

# lr * (1 - i / 150000) ** 0.9; `+ 1` as PolyLR ends one iteration early.
param_scheduler = [
    dict(
        type="PolyLR", power=0.9, eta_min=0.0, begin=0, end=150000 + 1, by_epoch=False
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=100000, val_interval=5000)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
