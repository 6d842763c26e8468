# CLAN, GTA5 -> Cityscapes (LCDA paper, Table I).
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_clan.py",
    "../_base_/datasets/gta_to_cityscapes_clan.py",
    "../_base_/methods/clan.py",
    "../_base_/schedules/clan_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
