# DINOv2's ViT-S/14 of timm (pip install 'mmseg_uda[timm]') with the two heads of MRNet
# on the outputs of blocks 12 and 8, behind the final norm. Prediction: decode + 0.5 *
# aux, on logits. Features are at 1/14 of the image, and images must have sides that are
# multiples of 14: datasets/*_patch14.py. The dilations are those of the field
# (6 to 24 at 1/8), rounded to reach as far in pixels. There is no batch norm.
data_preprocessor = dict(
    type="MultiDomainDataPreProcessor",
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
)
segmentor = dict(
    type="MultiHeadEncoderDecoder",
    aux_weight=0.5,
    backbone=dict(
        type="TimmTrunk",
        model_name="vit_small_patch14_dinov2",
        out_indices=(7, 11),
        norm=True,
        dynamic_img_size=True,
        init_cfg=dict(
            type="Pretrained", checkpoint="timm://vit_small_patch14_dinov2.lvd142m"
        ),
    ),
    decode_head=dict(
        type="DilatedConcatHead",
        in_channels=[384, 384],
        in_index=[1, 0],
        input_transform="resize_concat",
        channels=256,
        bottleneck_channels=512,
        dilations=(3, 7, 10, 14),
        norm_cfg=dict(type="GN", num_groups=32),
        dropout_ratio=0.1,
        num_classes=19,
    ),
    auxiliary_head=dict(
        type="DilatedConcatHead",
        in_channels=384,
        in_index=0,
        channels=256,
        bottleneck_channels=512,
        dilations=(3, 7, 10, 14),
        norm_cfg=dict(type="GN", num_groups=32),
        dropout_ratio=0.1,
        num_classes=19,
    ),
    test_cfg=dict(mode="whole"),
)
# On ToyCity: four narrow blocks and patches of 8.
toy = dict(
    model=dict(
        segmentor=dict(
            backbone=dict(
                patch_size=8,
                img_size=64,
                dynamic_img_pad=True,  # its validation images are 126x63
                depth=4,
                embed_dim=48,
                num_heads=3,
                out_indices=(1, 3),
            ),
            decode_head=dict(
                channels=16, bottleneck_channels=32, norm_cfg=dict(num_groups=8)
            ),
            auxiliary_head=dict(
                channels=16, bottleneck_channels=32, norm_cfg=dict(num_groups=8)
            ),
        )
    )
)
