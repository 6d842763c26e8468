# LCDA+LCRF on ConvNeXt-T, GTA5 -> Cityscapes: Algorithm 1 of the LCDA paper. Our choice
# is the source term of stage two.
_base_ = [
    "../_base_/models/convnext_tiny.py",
    "../_base_/datasets/gta_to_cityscapes_pseudo.py",
    "../_base_/methods/lcrf_source.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/adamw_40k_convnext.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="lcda_convnext_tiny_gta.py"))
