# No adaptation, SYNTHIA -> Cityscapes, LCDA's data and schedule: the row "Source" above
# LCDA in Table II of the LCDA paper.
_base_ = [
    "../_base_/models/deeplabv2_r101_concat.py",
    "../_base_/datasets/synthia_to_cityscapes_lcda.py",
    "../_base_/methods/source_only.py",
    "../_base_/schedules/lcda_100k.py",
    "../_base_/synthia_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
