# Stage one of MRNet: a schedule of 100k iterations, stopped at 25k.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(
            type="SGD", lr=2e-4, momentum=0.9, weight_decay=5e-4, nesterov=True
        ),
        lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
    ),
    heads=dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99))
    ),
)

# lr * (0.1 + 0.9 i / 5000) for i < 5000, then lr * (1 - i / 100000) ** 0.9: the decay
# counts from iteration 0, so there is a jump down by 0.95 ** 0.9 where it sets in, and
# it ends at 100000, far behind max_iters. mmengine's PolyLR reaches zero one iteration
# early, and its LinearLR the end factor, hence the `+ 1`.
segmentor_schedule = [
    dict(type="LinearLR", start_factor=0.1, begin=0, end=5000 + 1, by_epoch=False),
    dict(
        type="ConstantLR",
        factor=(1 - 5000 / 100000) ** 0.9,
        begin=5000,
        end=100000 + 1,
        by_epoch=False,
    ),
    dict(
        type="PolyLR",
        power=0.9,
        eta_min=0.0,
        begin=5000,
        end=100000 + 1,
        by_epoch=False,
    ),
]
# The discriminators' rate decays from the start, without warm-up. A child config
# without discriminators sets param_scheduler = _base_.segmentor_schedule.
param_scheduler = dict(
    segmentor=segmentor_schedule,
    heads=[
        dict(
            type="PolyLR",
            power=0.9,
            eta_min=0.0,
            begin=0,
            end=100000 + 1,
            by_epoch=False,
        ),
    ],
)

train_cfg = dict(type="IterBasedTrainLoop", max_iters=25000, val_interval=5000)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
