# Baseline, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row): L_seg of
# the source alone, with network, data and schedule of IL-AL.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_720.py",
    "../_base_/methods/baseline.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
