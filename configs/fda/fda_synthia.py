# FDA, SYNTHIA -> Cityscapes: one network, beta = 0.01, before self-training.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum_single.py",
    "../_base_/datasets/synthia_to_cityscapes_fda.py",
    "../_base_/methods/fda.py",
    "../_base_/schedules/fda_150k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
