# BDL without pseudo-labels: adversarial training on GTA5 as translated before. Not to
# be trained alone, see bdl_gta.py.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_translated_to_cityscapes.py",
    "../_base_/methods/bdl.py",
    "../_base_/schedules/bdl_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
