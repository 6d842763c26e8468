# LCDA + CR-AL, GTA5 -> Cityscapes: our own combination, in neither paper's tables.
# MLAN's data, network and schedule.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/gta_to_cityscapes_whole.py",
    "../_base_/methods/lcda_cr_al.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
