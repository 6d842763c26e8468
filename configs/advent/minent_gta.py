# MinEnt, GTA5 -> Cityscapes.
_base_ = [
    "../_base_/models/deeplabv2_r101_sum.py",
    "../_base_/datasets/gta_to_cityscapes_whole.py",
    "../_base_/methods/minent.py",
    "../_base_/schedules/advent_250k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
optim_wrapper = dict(heads=None)  # there is no discriminator to train
