# BDL: AdaptSegNet's schedule of 250k iterations with one head, stopped at 80k.
_base_ = "./adaptseg_250k.py"

optim_wrapper = dict(segmentor=dict(lr_mults=dict(auxiliary_head=None)))
train_cfg = dict(max_iters=80000)
