# No adaptation, GTA5 -> Cityscapes, with the data and schedule of MRNet: the row
# "Source" above MRNet in Table I of the LCDA paper.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/gta_to_cityscapes.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/mrnet_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
optim_wrapper = dict(heads=None)  # there is no discriminator to train
param_scheduler = _base_.segmentor_schedule
