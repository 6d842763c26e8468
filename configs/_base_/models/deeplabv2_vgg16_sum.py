# DeepLab-v2 VGG-16 with one head of summed dilated convolutions, the network of the VGG
# rows of AdaptSegNet, ADVENT and CLAN. No auxiliary head.
# All four branches run. AdaptSegNet's released code runs two; its weights are loaded
# with the other two at zero (docs/checkpoints.md). To train as it does, set
# dilations=(6, 12) in the head.
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
        type="DilatedVGG",
        # Our choice: the field starts from a Caffe file of its own. For such a file
        # (`--pretrained FILE`) also set the convention to 'caffe'.
        init_cfg=dict(
            type="Pretrained",
            checkpoint="torchvision://vgg16",
            convention="torchvision",
        ),
    ),
    decode_head=dict(
        type="DilatedSumHead",
        in_channels=1024,
        in_index=0,
        dilations=(6, 12, 18, 24),
        num_classes=19,
    ),
    auxiliary_head=None,
    test_cfg=dict(mode="whole"),
)
