# RLL, GTA5 -> Cityscapes (MLAN paper, Table 1).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_only_regions.py",
    "../_base_/methods/rll.py",
    "../_base_/schedules/mlan_regions_250k.py",
    "../_base_/stages/region_labels.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
