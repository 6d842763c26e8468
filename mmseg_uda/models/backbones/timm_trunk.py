"""Any network of timm as a backbone, with pretrained weights that fit completely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmseg.models.backbones import timm_backbone
from mmseg.registry import MODELS
from torch import Tensor

from mmseg_uda.utils.suggestions import did_you_mean
from mmseg_uda.weights.checkpoints import load_weights

from .pretrained_trunk import PretrainedTrunk
from .timm_weights import read_timm_weights

_OWN_LOADING = ("pretrained", "checkpoint_path", "features_only")


@MODELS.register_module()
class TimmTrunk(PretrainedTrunk, timm_backbone.TIMMBackbone):
    """mmseg's ``TIMMBackbone`` that starts from weights as other backbones here do.

    mmseg's own downloads while it is *built*, also to be tested or to go on from a
    checkpoint, and loads a file in part without a word. Here the weights are named in
    ``init_cfg=dict(type='Pretrained', checkpoint=...)``, are loaded before a training
    alone, and fit **completely** (a classifier's head is dropped) or are refused:

    - ``'timm://MODEL.TAG'``: timm's from its hub, such as
      ``timm://vit_small_patch14_dinov2.lvd142m``;
    - a file (``.safetensors`` of the hub, or ``.pth`` of timm or of the authors of a
      network), which timm brings to its names and sizes; or a checkpoint of a segmentor
      on this backbone.

    Weights are named as by mmseg's, ``timm_model.*``, which loads trained ones back
    (without ``norm``).

    Args:
        model_name: Name of a timm model that gives features (``timm.list_models()``).
        norm: Whether a transformer's final norm is applied to every level that is
            returned, as DINOv2's own evaluation does. Without it timm returns sums of
            the blocks' outputs, whose channels differ much in size.
        in_channels: Channels of the images.
        init_cfg: See above. None: random weights.
        **kwargs: Arguments of ``timm.create_model``: ``out_indices``, for transformers
            ``dynamic_img_size=True`` (images of any size that is a multiple of the
            patch), ``drop_path_rate``, ``img_size``, ...

    Shape:
        - Input: (N, in_channels, H, W), normalised images.
        - Output: tuple of (N, C, h, w), one for each of ``out_indices``. All of a plain
          transformer are at the stride of its patch; class tokens are not returned.

    Raises:
        ValueError: If timm is not installed or has no such model, if ``norm`` is asked
            of a network without, or (from ``init_weights``) if weights don't fit.
    """

    def __init__(
        self,
        model_name: str,
        *,
        norm: bool = False,
        in_channels: int = 3,
        init_cfg: dict | list[dict] | None = None,
        **kwargs: Any,
    ) -> None:
        _check_arguments(model_name, kwargs)
        self.model_name = model_name
        #: What the network is built from, for one that takes pretrained weights.
        self.options = {"in_chans": in_channels, **kwargs}
        if norm:
            kwargs["feature_cls"] = _normed_getter()
        super().__init__(
            model_name,
            features_only=True,
            pretrained=False,
            in_channels=in_channels,
            init_cfg=init_cfg,
            **kwargs,
        )

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the features of all levels, channels first."""
        features: Sequence[Tensor] = self.timm_model(images)
        if str(getattr(self.timm_model, "output_fmt", "")).endswith("NHWC"):
            features = [level.permute(0, 3, 1, 2).contiguous() for level in features]
        return tuple(features)

    def load_pretrained(self, checkpoint: str, prefix: str | None = None) -> None:
        """Load weights completely or not at all.

        Args:
            checkpoint: ``timm://`` address, file, or address of a file.
            prefix: Take only the weights of a file below this name.

        Raises:
            ValueError: If they can't be fetched or read, or don't fit.
        """
        weights = read_timm_weights(self, checkpoint, prefix)
        load_weights(self.timm_model, weights, checkpoint)


def _check_arguments(model_name: str, kwargs: dict[str, Any]) -> None:
    if timm_backbone.timm is None:
        raise ValueError(
            f"the backbone {model_name} is a network of timm, which is not installed "
            "(or does not import): pip install 'mmseg_uda[timm]'"
        )
    if not timm_backbone.timm.is_model(model_name):
        raise ValueError(
            f"timm has no model named {model_name!r} (timm.list_models() names all; "
            "the tag of its weights belongs into init_cfg.checkpoint="
            "'timm://MODEL.TAG')."
            + did_you_mean(model_name, timm_backbone.timm.list_models())
        )
    for option in _OWN_LOADING:
        if option in kwargs:
            raise ValueError(
                f"TimmTrunk takes no {option}, got {kwargs[option]!r}: weights are set "
                "as init_cfg=dict(type='Pretrained', checkpoint='timm://MODEL.TAG' or "
                "a file), and it always returns features"
            )


def _normed_getter() -> type:
    """Return timm's wrapper of transformers, with the final norm on every level."""
    from timm.models._features import FeatureGetterNet

    class NormedFeatures(FeatureGetterNet):
        """Features behind the final norm."""

        def __init__(self, model: Any, **kwargs: Any) -> None:
            if not hasattr(model, "forward_intermediates"):
                raise ValueError(
                    f"norm=True is for transformers; timm's {type(model).__name__} "
                    "does not return features behind its final norm"
                )
            kwargs.pop("flatten_sequential", None)
            super().__init__(model, **kwargs, norm=True)

    return NormedFeatures
