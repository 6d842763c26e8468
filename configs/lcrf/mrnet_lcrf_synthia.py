# MRNet+LCRF, SYNTHIA -> Cityscapes: Algorithm 1 of the LCDA paper, both stages. Our
# choice is the source term of stage two; mrnet_lcrf_target_only_synthia.py has none.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/synthia_to_cityscapes_pseudo.py",
    "../_base_/methods/lcrf_source.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/lcrf_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="../mrnet/mrnet_synthia.py"))
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
# Batch norm has seen both domains; the network is for one of them.
default_hooks = dict(
    target_statistics=dict(type="TargetStatisticsHook", domain="target")
)
