# The oracle of SYNTHIA -> Cityscapes: oracle_gta.py, averaged over SYNTHIA's classes.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_labelled.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/lcda_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
val_evaluator = dict(subsets="synthia")
test_evaluator = val_evaluator
