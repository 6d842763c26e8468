# The translators of RIT, SYNTHIA -> Cityscapes. Not to be trained alone: the map comes
# from a finished CR-AL, see cr_al_rit_synthia.py.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_translation.py",
    "../_base_/methods/rit.py",
    "../_base_/schedules/cyclegan_200k.py",
    "../_base_/translation_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
