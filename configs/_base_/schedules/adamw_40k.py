# Transformers as SegFormer trains them: AdamW, ten times the rate for heads, no weight
# decay on norms and biases; 1500 iterations of warm-up, then linear to 0 at 40k. The
# discriminators of methods that have some keep AdaptSegNet's optimizer, and follow the
# same schedule (our choice).
optim_wrapper = dict(
    constructor="UDAOptimWrapperConstructor",
    segmentor=dict(
        type="OptimWrapper",
        optimizer=dict(type="AdamW", lr=6e-5, betas=(0.9, 0.999), weight_decay=0.01),
        lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
        no_decay=dict(vectors=True),
    ),
    heads=dict(
        type="OptimWrapper",
        optional=True,
        optimizer=dict(type="Adam", lr=1e-4, betas=(0.9, 0.99)),
    ),
)

# `+ 1` as PolyLR ends one iteration early.
param_scheduler = [
    dict(type="LinearLR", start_factor=1 / 1500, begin=0, end=1500, by_epoch=False),
    dict(
        type="PolyLR", power=1.0, eta_min=0.0, begin=1500, end=40000 + 1, by_epoch=False
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=40000, val_interval=5000)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
