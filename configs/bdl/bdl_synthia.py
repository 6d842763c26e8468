# BDL, SYNTHIA -> Cityscapes: one round of translating and one of pseudo-labels.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_translated_to_cityscapes_pseudo.py",
    "../_base_/methods/bdl_pseudo.py",
    "../_base_/schedules/bdl_pseudo_250k.py",
    "../_base_/stages/bdl_synthia.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
