# RLL, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_only_regions.py",
    "../_base_/methods/rll.py",
    "../_base_/schedules/mlan_regions_250k.py",
    "../_base_/stages/region_labels.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
