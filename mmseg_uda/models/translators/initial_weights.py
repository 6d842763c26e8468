"""The initial weights of CycleGAN's networks."""

from torch import nn

_STD = 0.02


def init_cyclegan(module: nn.Module) -> None:
    """Draw the weights of every convolution from N(0, 0.02), with biases 0.

    For instance norm without scale and shift that is nearly free of consequence (it
    divides the scale out); for the layers without a norm it sets the size of a step.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, _STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
