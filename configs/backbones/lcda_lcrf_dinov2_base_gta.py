# LCDA+LCRF on DINOv2's ViT-B/14, GTA5 -> Cityscapes.
_base_ = [
    "../_base_/models/dinov2_base.py",
    "../_base_/datasets/gta_to_cityscapes_pseudo_patch14.py",
    "../_base_/methods/lcrf_source.py",
    "../_base_/stages/lcrf.py",
    "../_base_/schedules/adamw_40k_vit.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
stages = dict(stage_one=dict(config="lcda_dinov2_base_gta.py"))
