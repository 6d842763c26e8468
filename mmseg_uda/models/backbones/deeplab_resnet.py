"""The ResNet of DeepLab-v2, as the adaptation literature uses it."""

from collections.abc import Sequence
from typing import Any

from mmseg.models.backbones import ResNet
from mmseg.registry import MODELS
from torch import nn

from .pretrained_trunk import PretrainedTrunk


@MODELS.register_module()
class DeepLabResNet(PretrainedTrunk, ResNet):
    """Dilated ResNet of output stride 8 with a ceil-mode stem.

    The trunk of AdaptSegNet, ADVENT, MRNet, RPLUE and others. It differs from mmseg's
    DeepLab configs in what changes the features: the stem's max pool rounds up
    (512x1024 pixels become 65x129 features, not 64x128), the stride sits in the first
    1x1 convolution of a bottleneck (``style='caffe'``), and the dilation of a stage
    applies to all of its blocks.

    Batch norm: the affine parameters are frozen, but batch statistics are used in
    training and the running ones updated, by every image that passes (``norm_cfg``
    with ``requires_grad=False``, ``norm_eval=False``). CRST's truly frozen batch norm
    is ``norm_eval=True``; RPLUE's trained one is ``requires_grad=True``.

    Pretrained weights must fit **completely** (``fc.*`` of a classifier is dropped);
    training from a half-loaded trunk is an error, not a warning. The ``Pretrained``
    entry of ``init_cfg`` takes a ``checkpoint`` and, optionally, its ``convention``:
    weights trained on RGB images with torchvision's mean and std (``'torchvision'``)
    have their first convolution converted to the input used here, BGR in 0..255 minus
    the mean (``'caffe'``). Left out, the convention is told from the weights.

    Args:
        depth: 18, 34, 50, 101 or 152. Bottlenecks begin at 50.
        strides: Stride of the first block per stage.
        dilations: Dilation of each stage.
        out_indices: Stages to return: (2, 3) is (layer3, layer4), both at stride 8.
        style: ``'caffe'`` or ``'pytorch'``: the convolution that has the stride.
        norm_cfg: Norm layers, see above.
        norm_eval: Whether batch norm always uses its running statistics.
        zero_init_residual: Unlike in mmseg ``False``: residual branches that start from
            a zero scale would stay switched off for ever, since the scale is frozen.
        **kwargs: Arguments of mmseg's ``ResNet``, such as ``base_channels``.

    Shape:
        - Input: (N, 3, H, W), normalised images.
        - Output: tuple of (N, C, h, w), h = ceil-mode eighth of H.

    Raises:
        ValueError: If ``zero_init_residual`` meets frozen norm layers, or (from
            ``init_weights``) if pretrained weights don't fit or can't be fetched.
    """

    def __init__(
        self,
        depth: int = 101,
        *,
        strides: Sequence[int] = (1, 2, 1, 1),
        dilations: Sequence[int] = (1, 1, 2, 4),
        out_indices: Sequence[int] = (2, 3),
        style: str = "caffe",
        norm_cfg: dict | None = None,
        norm_eval: bool = False,
        zero_init_residual: bool = False,
        **kwargs: Any,
    ):
        norm_cfg = norm_cfg or dict(type="BN", requires_grad=False)
        if zero_init_residual and not norm_cfg.get("requires_grad", True):
            raise ValueError(
                "zero_init_residual=True with norm_cfg.requires_grad=False would "
                "switch all residual branches off for ever (change one of them)"
            )
        super().__init__(
            depth,
            strides=strides,
            dilations=dilations,
            out_indices=out_indices,
            style=style,
            norm_cfg=norm_cfg,
            norm_eval=norm_eval,
            zero_init_residual=zero_init_residual,
            **kwargs,
        )
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)
