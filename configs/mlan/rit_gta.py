# The translators of RIT, GTA5 -> Cityscapes, and the CR-AL that their map comes from:
# what cr_al_rit_gta.py translates with.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_translation.py",
    "../_base_/methods/rit.py",
    "../_base_/schedules/cyclegan_200k.py",
    "../_base_/translation_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    cr_al=dict(type="TrainStage", config="cr_al_gta.py"),
    train=dict(type="TrainStage", load_from="cr_al"),
)
