"""Backbones of mmseg_uda."""

from .deeplab_resnet import DeepLabResNet
from .dilated_vgg import DilatedVGG
from .efficientnet_lite import EfficientNetLite0
from .pretrained_trunk import PretrainedTrunk
from .timm_trunk import TimmTrunk

__all__ = [
    "DeepLabResNet",
    "DilatedVGG",
    "EfficientNetLite0",
    "PretrainedTrunk",
    "TimmTrunk",
]
