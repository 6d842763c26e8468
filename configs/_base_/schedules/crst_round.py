# A round of CRST: two passes over Cityscapes' 2975 training images, one in each
# iteration, at a constant rate.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(type="SGD", lr=5e-5, momentum=0.9, weight_decay=5e-4),
        lr_mults=dict(decode_head=10.0),
    ),
)
param_scheduler = None

train_cfg = dict(type="IterBasedTrainLoop", max_iters=5950, val_interval=2975)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
# On ToyCity: three rounds of this many iterations, whichever the small network is.
toy = dict(iters=400)
