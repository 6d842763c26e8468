"""Backbones of mmseg_uda."""

from .deeplab_resnet import DeepLabResNet
from .dilated_vgg import DilatedVGG
from .pretrained_trunk import PretrainedTrunk
from .timm_trunk import TimmTrunk

__all__ = ["DeepLabResNet", "DilatedVGG", "PretrainedTrunk", "TimmTrunk"]
