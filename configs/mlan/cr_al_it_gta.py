# CR-AL +IT, GTA5 -> Cityscapes (MLAN paper, Table 2):
# CR-AL on the source's images and their translations.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_translated_to_cityscapes_regions.py",
    "../_base_/methods/cr_al.py",
    "../_base_/schedules/mlan_both_250k.py",
    "../_base_/stages/region_labels_it.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(translators=dict(config="../translation/cyclegan_gta.py"))
