# The oracle of GTA5 -> Cityscapes: the network of source_only_gta.py, trained on
# Cityscapes' own labels. No adaptation, and no row of the paper: the end of the gap
# that methods close.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/cityscapes_labelled.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/lcda_100k.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
