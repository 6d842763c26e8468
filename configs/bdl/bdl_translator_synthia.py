# BDL's translators between SYNTHIA and Cityscapes. Not to be trained alone: the
# segmentor that they have to please comes from another stage, see bdl_synthia.py.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_bdl_translation.py",
    "../_base_/methods/bdl_translation.py",
    "../_base_/schedules/bdl_translation_synthia.py",
    "../_base_/translation_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
