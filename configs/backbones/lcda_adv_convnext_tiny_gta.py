# LCDA+Adv on ConvNeXt-T, GTA5 -> Cityscapes.
_base_ = [
    "../_base_/models/convnext_tiny.py",
    "../_base_/datasets/gta_to_cityscapes_lcda.py",
    "../_base_/methods/lcda_adv.py",
    "../_base_/schedules/adamw_40k_convnext.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
