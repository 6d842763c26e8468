# A training on SYNTHIA, whose config a child names (stages.train.config), pseudo-labels
# of Cityscapes, and a training on these alone.
_base_ = [
    "./models/deeplabv2_r101_sum_single_frozen.py",
    "./datasets/cityscapes_pseudo_native.py",
    "./methods/self_training.py",
    "./schedules/crst_round.py",
    "./stages/self_training.py",
    "./synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
