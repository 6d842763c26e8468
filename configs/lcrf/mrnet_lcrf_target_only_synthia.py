# MRNet+LCRF, SYNTHIA -> Cityscapes: Algorithm 1 of the LCDA paper to the letter: stage
# two sees target images alone (Eq. 9).
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_pseudo.py",
    "../_base_/methods/lcrf.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/lcrf_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="../mrnet/mrnet_synthia.py"))
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
# Our choice: statistics of the whole target, not running means of the last few crops.
default_hooks = dict(
    target_statistics=dict(type="TargetStatisticsHook", domain="target")
)
