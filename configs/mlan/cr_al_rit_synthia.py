# CR-AL +RIT, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL on the source's images and their translations.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_translated_to_cityscapes_regions.py",
    "../_base_/methods/cr_al.py",
    "../_base_/schedules/mlan_both_250k.py",
    "../_base_/stages/region_labels_rit.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(
    cr_al=dict(config="cr_al_synthia.py"), translators=dict(config="rit_synthia.py")
)
