# Stage one of LCDA: a schedule of 100k iterations, stopped at 40k. The paper prints no
# optimizer; SGD with these settings and x10 heads is Seg-Uncertainty's, whose learning
# rate policy the paper names.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(
            type="SGD", lr=2e-4, momentum=0.9, weight_decay=5e-4, nesterov=True
        ),
        lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
    ),
)

# lr * (1 - i / 100000) ** 0.9. The exponent (the paper prints none, RPLUE's text has
# it) and no warm-up (Seg-Uncertainty's code has one) are our choice. `+ 1` as PolyLR
# ends one iteration early.
param_scheduler = [
    dict(
        type="PolyLR", power=0.9, eta_min=0.0, begin=0, end=100000 + 1, by_epoch=False
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=40000, val_interval=5000)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
