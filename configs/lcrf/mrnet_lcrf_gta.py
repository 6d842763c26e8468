# MRNet+LCRF, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper, both stages. Our
# choice is the source term of stage two; mrnet_lcrf_target_only_gta.py has none.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/gta_to_cityscapes_pseudo.py",
    "../_base_/methods/lcrf_source.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/lcrf_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="../mrnet/mrnet_gta.py"))
# Batch norm has seen both domains; the network is for one of them.
default_hooks = dict(
    target_statistics=dict(type="TargetStatisticsHook", domain="target")
)
