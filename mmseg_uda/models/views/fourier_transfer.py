"""Images of one domain with the low frequencies of another."""

from __future__ import annotations

import warnings
from numbers import Real

import torch
from torch import Tensor, nn

from mmseg_uda.registry import VIEWS
from mmseg_uda.structures import Step, View
from mmseg_uda.utils.suggestions import check_choice

WINDOWS = ("corners", "centred")
_HALF = 127.5  # from images in [-1, 1] to bytes


@VIEWS.register_module()
class FourierTransfer(nn.Module):
    r"""Images of a domain whose low frequencies have another domain's amplitude.

    .. math:: x_{s \to t} = F^{-1}([M_\beta \circ F^A(x_t) + (1 - M_\beta) \circ
        F^A(x_s),\ F^P(x_s)])

    "FDA: Fourier Domain Adaptation for Semantic Segmentation" (Yang & Soatto): F^A is
    the amplitude and F^P the phase of the Fourier transform of each colour channel,
    M_beta is 1 for the lowest frequencies. Images are taken in [0, 255], before
    normalisation, and are not clipped, as in the public code. Labels are those of
    ``domain``; no gradient is needed, as nothing is learnt.

    With b = floor(beta * min(H, W)) the window holds, in cycles per image down and
    across,

    * ``'corners'``: -b..b-1 and -(b-1)..b-1. So does the public code that trains: it
      swaps the four corners of size b of the spectrum and gives the inverse transform
      the half of it that a real image needs. b = 0 changes nothing, which a warning
      says. (The frequency -b straight down is half swapped.)
    * ``'centred'``: -b..b in both directions, as its NumPy code for demonstrations.
      b = 0 swaps the mean colour alone.

    The first is the default, since published numbers are of networks trained with it.

    Args:
        domain: Domain whose images and labels the view has.
        style: Domain that the amplitude comes from: the images of the same batch, row
            i from row i modulo their number.
        beta: Half the side of the window, as a share of the image's shorter side, in
            [0, 0.5). The paper takes 0.01, 0.05 and 0.09. For 512x1024 pixels that is
            b = 5, 25, 46.
        window: See above.

    Raises:
        ValueError: If ``beta`` is out of range or ``window`` unknown; in training, if
            the images of both domains differ in size.
    """

    def __init__(
        self,
        domain: str = "source",
        style: str = "target",
        beta: float = 0.01,
        window: str = "corners",
    ) -> None:
        super().__init__()
        if not isinstance(beta, Real) or not 0 <= beta < 0.5:
            raise ValueError(
                f"beta must be in [0, 0.5), the share of a side, got {beta!r}"
            )
        check_choice("window", window, WINDOWS)
        self.domain = domain
        self.style = style
        self.beta = beta
        self.window = window

    def forward(self, step: Step) -> View:
        """Build the view of this step."""
        images, samples = step.domain(self.domain)
        style, _ = step.domain(self.style)
        if images.shape[2:] != style.shape[2:]:
            raise ValueError(
                "FourierTransfer swaps frequencies of images of one size; those of "
                f"domain {self.domain!r} are {tuple(images.shape[2:])}, those of "
                f"{self.style!r} {tuple(style.shape[2:])} (height, width). End both "
                "pipelines with the same crop or Resize to a fixed size."
            )
        images, style = (
            (step.pixels.to_unit(part.float()) + 1) * _HALF for part in (images, style)
        )
        mixed = self.transfer(images, style)
        return View(step.pixels.from_unit(mixed / _HALF - 1), samples, step.segmentor)

    @torch.no_grad()
    def transfer(self, images: Tensor, style: Tensor) -> Tensor:
        """Give images the low frequencies' amplitude of others.

        Args:
            images: (N, 3, H, W), in [0, 255].
            style: (M, 3, H, W), in [0, 255].

        Returns:
            (N, 3, H, W), about in [0, 255].
        """
        size = images.shape[2:]
        rows = torch.arange(len(images), device=images.device) % len(style)
        spectrum = torch.fft.rfft2(images)
        amplitude = torch.fft.rfft2(style)[rows].abs()
        swapped = torch.polar(amplitude, spectrum.angle())
        low = self._low_frequencies(*size).to(images.device)
        return torch.fft.irfft2(torch.where(low, swapped, spectrum), s=size)

    def equation(self) -> str:
        """The view in words, for ``tools/describe_method.py``."""
        return (
            f"images of domain '{self.domain}' with the amplitude of '{self.style}' in "
            f"the lowest frequencies (FDA, beta = {self.beta:g}, {self.window})"
        )

    def _low_frequencies(self, height: int, width: int) -> Tensor:
        """M_beta on the half of the spectrum that a real image has, (H, W // 2 + 1)."""
        b = int(self.beta * min(height, width))
        last = b if self.window == "centred" else b - 1
        if last < 0:
            warnings.warn(
                f"beta={self.beta} of {min(height, width)} pixels is less than one "
                "frequency, so that FourierTransfer changes nothing: use larger images "
                f"or beta >= {1 / min(height, width):.2g}",
                stacklevel=2,
            )
        down = torch.arange(height)
        down = torch.where(down < (height + 1) // 2, down, down - height)
        across = torch.arange(width // 2 + 1)
        return ((down >= -b) & (down <= last))[:, None] & (across <= last)
