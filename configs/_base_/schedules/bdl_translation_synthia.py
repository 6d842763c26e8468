# The same for SYNTHIA's 9400 images: ceil(9400 / 4) = 2350 iterations an epoch.
_base_ = "./bdl_translation_gta.py"

param_scheduler = [
    dict(
        type="PolyLR",
        power=1.0,
        eta_min=0.0,
        begin=23500,
        end=47000 + 1,
        by_epoch=False,
    ),
]

train_cfg = dict(max_iters=47000)
