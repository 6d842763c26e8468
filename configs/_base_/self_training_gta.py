# A training on GTA5, whose config a child names (stages.train.config), pseudo-labels of
# Cityscapes, and a training on these alone.
_base_ = [
    "./models/deeplabv2_r101_sum_single_frozen.py",
    "./datasets/cityscapes_pseudo_native.py",
    "./methods/self_training.py",
    "./schedules/crst_round.py",
    "./stages/self_training.py",
    "./default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
