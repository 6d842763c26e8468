# DINOv2's ViT-B/14 in place of its ViT-S/14.
_base_ = "./dinov2_small.py"

segmentor = dict(
    backbone=dict(
        model_name="vit_base_patch14_dinov2",
        init_cfg=dict(checkpoint="timm://vit_base_patch14_dinov2.lvd142m"),
    ),
    decode_head=dict(in_channels=[768, 768]),
    auxiliary_head=dict(in_channels=768),
)
