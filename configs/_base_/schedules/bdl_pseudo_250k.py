# BDL with pseudo-labels: the same, stopped at 120k.
_base_ = "./bdl_250k.py"

train_cfg = dict(max_iters=120000)
