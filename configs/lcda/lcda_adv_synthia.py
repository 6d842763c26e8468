# LCDA+Adv, SYNTHIA -> Cityscapes (LCDA paper, Table II).
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/synthia_to_cityscapes_lcda.py",
    "../_base_/methods/lcda_adv.py",
    "../_base_/schedules/lcda_adv_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
