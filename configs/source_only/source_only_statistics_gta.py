# No adaptation but for batch norm, GTA5 -> Cityscapes: a control, not a row of the
# paper. Stage two, one iteration at rate 0, gives it the exact statistics of all target
# images (that of source_only_adabn_gta.py has running averages over crops).
_base_ = "./source_only_adabn_gta.py"

default_hooks = dict(
    target_statistics=dict(type="TargetStatisticsHook", domain="target")
)
train_cfg = dict(max_iters=1, val_interval=1)
