# One pass over Cityscapes' 2975 training images, eight at a time. With rate 0 and no
# decay no weight changes.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(type="SGD", lr=0.0, momentum=0.0, weight_decay=0.0),
    ),
)
param_scheduler = None

train_cfg = dict(type="IterBasedTrainLoop", max_iters=372, val_interval=372)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
