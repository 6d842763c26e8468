# CLAN: a schedule of 100k iterations (batch of one image per domain) with a warm-up.
_base_ = "./adaptseg_250k.py"

# lr * (i + 1) / 5000 for i < 5000, then lr * (1 - i / 100000) ** 0.9, which counts from
# iteration 0; the discriminator's rate goes the same way. (The code's warm-up is
# i / 5000; that it does not begin with a step of rate 0 is our choice.) mmengine's
# PolyLR reaches zero one iteration early, hence the `+ 1`.
param_scheduler = [
    dict(type="LinearLR", start_factor=1 / 5000, begin=0, end=5000, by_epoch=False),
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

train_cfg = dict(max_iters=100000)
