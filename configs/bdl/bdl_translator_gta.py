# BDL's translators between GTA5 and Cityscapes. Not to be trained alone: the segmentor
# that they have to please comes from another stage, see bdl_gta.py.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_bdl_translation.py",
    "../_base_/methods/bdl_translation.py",
    "../_base_/schedules/bdl_translation_gta.py",
    "../_base_/translation_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
