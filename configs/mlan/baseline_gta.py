# Baseline, GTA5 -> Cityscapes (MLAN paper, Table 1): L_seg of the source alone, with
# network, data and schedule of the other rows.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_whole.py",
    "../_base_/methods/baseline.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
