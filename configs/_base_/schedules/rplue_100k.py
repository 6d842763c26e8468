# Stage two of RPLUE: a schedule of 100k iterations, stopped at 50k (text; the released
# numbers are of the snapshot at 25k), with MRNet's warm-up of 5000 iterations.
_base_ = "./mrnet_100k.py"

optim_wrapper = dict(heads=None, segmentor=dict(optimizer=dict(lr=1e-4)))
param_scheduler = _base_.segmentor_schedule
train_cfg = dict(max_iters=50000)
