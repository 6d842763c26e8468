# LCDA on DINOv2's ViT-B/14, GTA5 -> Cityscapes.
_base_ = [
    "../_base_/models/dinov2_base.py",
    "../_base_/datasets/gta_to_cityscapes_patch14.py",
    "../_base_/methods/lcda.py",
    "../_base_/schedules/adamw_40k_vit.py",
    "../_base_/default_runtime.py",
]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
