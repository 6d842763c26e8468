# MRNet's network on a ResNet-50, its heads half as wide.
small = dict(
    data_preprocessor=dict(
        type="MultiDomainDataPreProcessor",
        mean=[104.00698793, 116.66876762, 122.67891434],
        std=[1, 1, 1],
        bgr_to_rgb=False,
        pad_val=0,
        seg_pad_val=255,
    ),
    segmentor=dict(
        type="MultiHeadEncoderDecoder",
        aux_weight=0.5,
        backbone=dict(
            type="DeepLabResNet",
            depth=50,
            out_indices=(2, 3),
            norm_cfg=dict(type="BN", requires_grad=False),
            norm_eval=False,
            init_cfg=dict(type="Pretrained", checkpoint="torchvision://resnet50"),
        ),
        decode_head=dict(
            type="DilatedConcatHead",
            in_channels=[2048, 1024],
            in_index=[1, 0],
            input_transform="resize_concat",
            channels=128,
            bottleneck_channels=256,
            norm_cfg=dict(type="GN", num_groups=32),
            dropout_ratio=0.1,
            num_classes="_own_.num_classes",
        ),
        auxiliary_head=dict(
            type="DilatedConcatHead",
            in_channels=1024,
            in_index=0,
            channels=128,
            bottleneck_channels=256,
            norm_cfg=dict(type="GN", num_groups=32),
            dropout_ratio=0.1,
            num_classes="_own_.num_classes",
        ),
        test_cfg=dict(mode="whole"),
    ),
    discriminator=dict(),
    optimizer=dict(type="SGD", lr=2e-4, momentum=0.9, weight_decay=5e-4, nesterov=True),
    stage_two_optimizer=dict(
        type="SGD", lr=1e-4, momentum=0.9, weight_decay=5e-4, nesterov=True
    ),
    lr_mults=dict(decode_head=10.0, auxiliary_head=10.0),
)
