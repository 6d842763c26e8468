# ConvNeXt-T of timm (pip install 'mmseg_uda[timm]') with SegFormer's all-MLP head, and
# a small auxiliary head on stage 3. Prediction: decode + 0.5 * aux, on logits. Layer
# norms in the trunk, group norms in the heads: there is no batch norm.
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
        model_name="convnext_tiny",
        out_indices=(0, 1, 2, 3),
        drop_path_rate=0.1,
        init_cfg=dict(type="Pretrained", checkpoint="timm://convnext_tiny.fb_in1k"),
    ),
    decode_head=dict(
        type="SegformerHead",
        in_channels=[96, 192, 384, 768],
        in_index=[0, 1, 2, 3],
        channels=256,
        dropout_ratio=0.1,
        norm_cfg=dict(type="GN", num_groups=32),
        num_classes=19,
    ),
    auxiliary_head=dict(
        type="FCNHead",
        in_channels=384,
        in_index=2,
        channels=128,
        num_convs=1,
        concat_input=False,
        dropout_ratio=0.1,
        norm_cfg=dict(type="GN", num_groups=32),
        num_classes=19,
    ),
    test_cfg=dict(mode="whole"),
)
# On ToyCity: a twelfth of the channels, one block a stage.
toy = dict(
    model=dict(
        segmentor=dict(
            backbone=dict(depths=(1, 1, 1, 1), dims=(8, 16, 32, 64)),
            decode_head=dict(channels=32, norm_cfg=dict(num_groups=8)),
            auxiliary_head=dict(channels=32, norm_cfg=dict(num_groups=8)),
        )
    )
)
