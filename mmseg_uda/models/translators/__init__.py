"""Networks that give an image another domain's look, and those that judge it."""

from .patch_discriminator import PatchDiscriminator
from .resnet_generator import ResNetGenerator

__all__ = ["PatchDiscriminator", "ResNetGenerator"]
