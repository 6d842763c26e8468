"""Backbones of mmseg_uda."""

from .deeplab_resnet import DeepLabResNet

__all__ = ["DeepLabResNet"]
