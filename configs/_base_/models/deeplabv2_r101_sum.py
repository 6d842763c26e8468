# DeepLab-v2 ResNet-101 with the two heads of AdaptSegNet and ADVENT: summed dilated
# convolutions. Prediction: the main head alone, as in their evaluation.
# All four branches run, as in ADVENT. AdaptSegNet's released code runs two; its weights
# are loaded with the other two at zero (docs/checkpoints.md). To train as it does, set
# dilations=(6, 12) in both heads.
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
    aux_weight=0.0,
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
        type="DilatedSumHead",
        in_channels=2048,
        in_index=1,
        dilations=(6, 12, 18, 24),
        num_classes=19,
    ),
    auxiliary_head=dict(
        type="DilatedSumHead",
        in_channels=1024,
        in_index=0,
        dilations=(6, 12, 18, 24),
        num_classes=19,
    ),
    test_cfg=dict(mode="whole"),
)
