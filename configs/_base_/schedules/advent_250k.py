# ADVENT: AdaptSegNet's schedule of 250k iterations, stopped at 120k. (The released code
# then picks the best of its snapshots on the validation set; here both are reported.)
_base_ = "./adaptseg_250k.py"

train_cfg = dict(max_iters=120000)
