# MRNet, SYNTHIA -> Cityscapes: stage one of MRNet+LCRF (LCDA paper, Table II).
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/synthia_to_cityscapes.py",
    "../_base_/methods/mrnet.py",
    "../_base_/schedules/mrnet_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
