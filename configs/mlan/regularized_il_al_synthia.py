# Regularized IL-AL, SYNTHIA -> Cityscapes (MLAN paper; it has no number for this row):
# CR-AL without RL-AL. C_region learns from the region labels, for M_region, and E does
# not: the table names L_seg and L_image only.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_720.py",
    "../_base_/methods/regularized_il_al.py",
    "../_base_/schedules/mlan_250k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
