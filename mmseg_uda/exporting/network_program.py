"""A network as a program of torch.export: images of any size to logits."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from mmseg.models import EncoderDecoder, SegDataPreProcessor
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from mmseg_uda.models.segmentors.multi_head import MultiHeadEncoderDecoder

from .open_sizes import open_sizes

#: What two ways of computing logits may differ by, in units of their deviation.
TOLERANCE = 1e-3


class NetworkProgram(nn.Module):
    """From an image to its logits, normalisation included.

    Args:
        segmentor: The network that predicts, with its weights.
        preprocessor: Its data preprocessor.

    Shape:
        - Input: (1, 3, H, W), float, RGB in 0 to 255, resized as in a test.
        - Output: (1, K, h, w) logits, at the size of the features or of the input, as
          :attr:`align_corners` says they are resized to the image's.

    Raises:
        ValueError: If the network predicts by sliding windows, pads images, or is no
            ``EncoderDecoder``.
    """

    def __init__(self, segmentor: nn.Module, preprocessor: SegDataPreProcessor) -> None:
        super().__init__()
        _check_kind(segmentor, preprocessor)
        self.segmentor = segmentor.eval().requires_grad_(False)
        self.align_corners = segmentor.align_corners
        self.swaps = not preprocessor._channel_conversion  # files are read as BGR
        self.normalises = preprocessor._enable_normalize
        if self.normalises:
            self.register_buffer("mean", preprocessor.mean.detach().clone())
            self.register_buffer("std", preprocessor.std.detach().clone())

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits of an image."""
        if self.swaps:
            image = image[:, [2, 1, 0]]
        if self.normalises:
            image = (image - self.mean) / self.std
        if isinstance(self.segmentor, MultiHeadEncoderDecoder):
            return self.segmentor.decode_feats(self.segmentor.extract_feat(image))
        return self.segmentor.encode_decode(image, [dict(img_shape=image.shape[2:])])


def _check_kind(segmentor: nn.Module, preprocessor: SegDataPreProcessor) -> None:
    if not isinstance(segmentor, EncoderDecoder):
        raise ValueError(
            f"{type(segmentor).__name__} is no EncoderDecoder of mmseg: it cannot be "
            "exported as a program; the plain config and checkpoint can"
        )
    if segmentor.test_cfg.get("mode") != "whole":
        raise ValueError(
            "the network predicts by sliding windows (test_cfg.mode="
            f"{segmentor.test_cfg.get('mode')!r}), which is no single program: export "
            "without --onnx and --torch-export, or with --cfg-options "
            "model.segmentor.test_cfg.mode=whole if whole images fit into memory"
        )
    padding = getattr(preprocessor, "test_cfg", None) or {}
    if any(padding.get(key) for key in ("size", "size_divisor")):
        raise ValueError(
            f"the data preprocessor pads images in a test ({dict(padding)}), which the "
            "exported program does not: export without --onnx and --torch-export"
        )
    if segmentor.decode_head.out_channels < 2:
        raise ValueError(
            "the network predicts a single channel; an exported program wants one for "
            "each class (out_channels=2)"
        )


def exported_program(
    network: NetworkProgram, sizes: Sequence[tuple[int, int]]
) -> ExportedProgram:
    """Export a network for all sizes and check it on some.

    Args:
        network: The network, on the CPU.
        sizes: (H, W) of images; the first one is traced, all are compared.

    Raises:
        ValueError: If torch cannot export it, or what it exports computes something
            else at one of the sizes.
    """
    example = noise(sizes[0])
    with open_sizes(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers about tracing, for their authors
        try:
            program = torch.export.export(
                network,
                (example,),
                dynamic_shapes=({2: Dim.DYNAMIC, 3: Dim.DYNAMIC},),
                strict=False,
                # sizes for which a layer would behave otherwise (an odd one, that a
                # pooling rounds up) are not ruled out one by one: see the check
                prefer_deferred_runtime_asserts_over_guards=True,
            )
        except Exception as error:  # of any layer, by any exporter
            raise ValueError(
                "torch.export cannot follow this network: "
                f"{str(error).strip().splitlines()[0]}"
            ) from error
    run = program.module()
    for size in sizes:
        image = noise(size)
        check_logits(run(image), network(image), size, "torch.export")
    return program


def noise(size: Sequence[int]) -> Tensor:
    """Return an image that tells networks apart, (1, 3, H, W) in 0 to 255."""
    generator = torch.Generator().manual_seed(size[0] * 10_000 + size[1])
    coarse = torch.rand(1, 3, 5, 7, generator=generator)
    smooth = nn.functional.interpolate(coarse, tuple(size), mode="bilinear")
    fine = torch.rand(1, 3, *size, generator=generator)
    return ((0.7 * smooth + 0.3 * fine) * 255).round()


def check_logits(given: Tensor, wanted: Tensor, size: Sequence[int], by: str) -> None:
    """Refuse an export that computes something else.

    Raises:
        ValueError: If the logits differ in shape, or by more than :data:`TOLERANCE`.
    """
    height, width = size
    told = f"what {by} makes of this network is wrong at {width}x{height} pixels"
    advice = (
        " (heads that pool images to a fixed grid, such as PSP and UPer, cannot be "
        "exported for all sizes). Nothing was written; export without --onnx and "
        "--torch-export"
    )
    if given.shape != wanted.shape:
        shapes = f"{tuple(given.shape)} in place of {tuple(wanted.shape)}"
        raise ValueError(f"{told}: logits of {shapes}{advice}")
    off = float((given - wanted).abs().max())
    allowed = TOLERANCE * float(wanted.std())
    if not off <= allowed:
        raise ValueError(
            f"{told}: logits are off by {off:.2g}, {allowed:.2g} is allowed{advice}"
        )
