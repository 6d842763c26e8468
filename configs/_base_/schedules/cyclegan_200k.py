# CycleGAN's optimizers, one rate for translators and discriminators: constant for the
# first half, then linear to 0. (There 100 + 100 epochs of about 1000 images; 200k
# iterations are 8 epochs of GTA5, our choice.) `+ 1` as PolyLR ends one iteration
# early.
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    heads=dict(
        type="OptimWrapper", optimizer=dict(type="Adam", lr=2e-4, betas=(0.5, 0.999))
    ),
)
param_scheduler = [
    dict(
        type="PolyLR",
        power=1.0,
        eta_min=0.0,
        begin=100000,
        end=200000 + 1,
        by_epoch=False,
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=200000)
val_cfg = None
test_cfg = None
