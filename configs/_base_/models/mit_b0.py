# MiT-B0 of SegFormer with its all-MLP head, and a small auxiliary head on stage 3, so
# that methods of two heads work, too. Prediction: decode + 0.5 * aux, on logits.
# Heads have group norm: there is no batch norm, so the batch does not matter, and the
# target's statistics (source_only_adabn) change nothing.
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
        type="MixVisionTransformer",
        embed_dims=32,
        num_layers=[2, 2, 2, 2],
        num_heads=[1, 2, 5, 8],
        sr_ratios=[8, 4, 2, 1],
        out_indices=(0, 1, 2, 3),
        drop_path_rate=0.1,
        init_cfg=dict(
            type="Pretrained",
            checkpoint="https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/"
            "segformer/mit_b0_20220624-7e0fe6dd.pth",
        ),
    ),
    decode_head=dict(
        type="SegformerHead",
        in_channels=[32, 64, 160, 256],
        in_index=[0, 1, 2, 3],
        channels=256,
        dropout_ratio=0.1,
        norm_cfg=dict(type="GN", num_groups=32),
        num_classes=19,
    ),
    auxiliary_head=dict(
        type="FCNHead",
        in_channels=160,
        in_index=2,
        channels=64,
        num_convs=1,
        concat_input=False,
        dropout_ratio=0.1,
        norm_cfg=dict(type="GN", num_groups=32),
        num_classes=19,
    ),
    test_cfg=dict(mode="whole"),
)
# On ToyCity: a quarter of the channels, one block a stage.
toy = dict(
    model=dict(
        segmentor=dict(
            backbone=dict(embed_dims=8, num_layers=[1, 1, 1, 1]),
            decode_head=dict(channels=32, norm_cfg=dict(num_groups=8)),
            auxiliary_head=dict(channels=32, norm_cfg=dict(num_groups=8)),
        )
    )
)
