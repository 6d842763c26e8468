"""Backbones of mmseg_uda."""

from .deeplab_resnet import DeepLabResNet
from .dilated_vgg import DilatedVGG
from .pretrained_trunk import PretrainedTrunk

__all__ = ["DeepLabResNet", "DilatedVGG", "PretrainedTrunk"]
