# BDL's translators: CycleGAN's optimizers, 10 epochs at a constant rate and 10 in which
# it falls to 0. An epoch there is as long as the larger domain, in batches of four:
# ceil(24966 / 4) = 6242 iterations for GTA5. (The code lowers the rate after each
# epoch, from the tenth on, so that the last is trained at rate 0; here it falls in
# every iteration.) `+ 1` as PolyLR ends one iteration early.
_base_ = "./cyclegan_200k.py"

param_scheduler = [
    dict(
        type="PolyLR",
        power=1.0,
        eta_min=0.0,
        begin=62420,
        end=124840 + 1,
        by_epoch=False,
    ),
]

train_cfg = dict(max_iters=124840)
