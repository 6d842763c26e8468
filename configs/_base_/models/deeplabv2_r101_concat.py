# DeepLab-v2 ResNet-101 with the two heads of MRNet and RPLUE: concatenated branches,
# group norm, squeeze-and-excitation. Prediction: decode + 0.5 * aux, on logits.
data_preprocessor = dict(
    type="MultiDomainDataPreProcessor",
    mean=[104.00698793, 116.66876762, 122.67891434],
    std=[1, 1, 1],
    bgr_to_rgb=False,
    pad_val=0,
    seg_pad_val=255,
)
segmentor = dict(
    type="MultiHeadEncoderDecoder",
    aux_weight=0.5,
    backbone=dict(
        type="DeepLabResNet",
        depth=101,
        out_indices=(2, 3),
        norm_cfg=dict(type="BN", requires_grad=False),
        norm_eval=False,
        # Our choice: the field starts from a Caffe file whose address is dead. These
        # weights had the stride in the 3x3 convolution, so layer2.0 differs a little.
        init_cfg=dict(type="Pretrained", checkpoint="torchvision://resnet101"),
    ),
    decode_head=dict(
        type="DilatedConcatHead",
        in_channels=[2048, 1024],
        in_index=[1, 0],
        input_transform="resize_concat",
        channels=256,
        bottleneck_channels=512,
        norm_cfg=dict(type="GN", num_groups=32),
        use_se=True,
        dropout_ratio=0.1,
        num_classes=19,
    ),
    auxiliary_head=dict(
        type="DilatedConcatHead",
        in_channels=1024,
        in_index=0,
        channels=256,
        bottleneck_channels=512,
        norm_cfg=dict(type="GN", num_groups=32),
        use_se=True,
        dropout_ratio=0.1,
        num_classes=19,
    ),
    test_cfg=dict(mode="whole"),
)
