"""The wrapper that adapts any mmseg segmentor to another domain."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from mmengine.logging import MessageHub
from mmengine.model import ModuleDict
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_uda.registry import MAPS, OBJECTIVES, VIEWS
from mmseg_uda.structures import PixelRange, Step
from mmseg_uda.utils.finite import check_finite

from .checkpoint_layout import (
    PARTS,
    name_in_file,
    to_wrapped_keys,
    without_wrapper_prefix,
)
from .frozen import FrozenParts
from .wiring import build_parts, check_wiring

DEFAULT_VIEWS = {
    "source": {"type": "DomainView", "domain": "source"},
    "target": {"type": "DomainView", "domain": "target"},
}


@MODELS.register_module()
class UDASegmentor(BaseSegmentor):
    """Any mmseg segmentor, trained with objectives on several domains.

    One iteration runs one way and stores nothing on the model::

        batch -> views -> heads, maps -> objectives -> one dict of losses

    Inference is the wrapped segmentor's own, untouched. On disk the state dict has the
    plain mmseg layout (``backbone.*``, ``decode_head.*``) plus ``heads.*`` and, if an
    objective keeps statistics, ``objectives.*``; so plain mmseg checkpoints load into
    this model and its checkpoints load into plain mmseg.

    Args:
        segmentor: Config of any segmentor of the EncoderDecoder kind. Its own losses
            (``loss_decode``) are not used: objectives say what is minimised.
        objectives: Configs of objectives by name. The name prefixes the log entries.
            Here and below, an entry set to None is left out.
        views: Configs of views by name; by default one view each for the domains
            ``source`` and ``target``.
        heads: Configs of discriminators and the like by name.
        maps: Configs of maps by name.
        data_preprocessor: Config of a :class:`MultiDomainDataPreProcessor`.
        frozen: Shell patterns of parts to hold fixed, such as ``['segmentor',
            'heads.c_*']``: their weights stay what was loaded, they are in evaluation
            mode, and gradient flows through them. Weights to start from must hold them.
        init_cfg: See mmengine's ``BaseModule``.
        pretrained: None, as ``mmseg.apis.init_model`` puts it into every model; weights
            to start from belong to the backbone's ``init_cfg``.
        train_cfg: None, for the same reason.

    Raises:
        ValueError: If a part names a view, map, head or segmentation head that does not
            exist, or if a head would never be trained.
    """

    #: What a weight of this model is called in its files.
    name_in_file = staticmethod(name_in_file)

    def __init__(
        self,
        segmentor: dict,
        objectives: dict,
        views: dict | None = None,
        heads: dict | None = None,
        maps: dict | None = None,
        data_preprocessor: dict | nn.Module | None = None,
        frozen: Sequence[str] = (),
        init_cfg: dict | None = None,
        pretrained: None = None,
        train_cfg: None = None,
    ) -> None:
        if pretrained is not None or train_cfg is not None:
            raise ValueError(
                "UDASegmentor takes no pretrained or train_cfg, got "
                f"{pretrained!r}, {train_cfg!r}. Pretrained weights are set as "
                "segmentor.backbone.init_cfg (or --pretrained), losses as objectives."
            )
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        with warnings.catch_warnings():
            # a default of mmseg's own losses, none of which is used here, and advice
            # to have a single output, which is refused
            warnings.filterwarnings("ignore", message="Default ``avg_non_ignore``")
            warnings.filterwarnings("ignore", message="For binary segmentation")
            self.segmentor = MODELS.build(segmentor)
        self.views = ModuleDict(build_parts("view", views or DEFAULT_VIEWS, VIEWS))
        self.heads = ModuleDict(build_parts("head", heads, MODELS))
        self.maps = ModuleDict(build_parts("map", maps, MAPS))
        self.objectives = ModuleDict(build_parts("objective", objectives, OBJECTIVES))
        self.frozen = FrozenParts(self, frozen)
        check_wiring(self)
        self._register_state_dict_hook(without_wrapper_prefix)
        self._register_load_state_dict_pre_hook(to_wrapped_keys)

    def step(
        self,
        inputs: Mapping[str, Tensor],
        samples: Mapping[str, Sequence],
        iteration: int | None = None,
    ) -> Step:
        """Views and maps of a batch, exactly as the objectives see them in training.

        Args:
            inputs: Preprocessed images by domain, each (N, 3, H, W).
            samples: Data samples by domain.
            iteration: Iterations done before; None for those of the run.
        """
        hub = MessageHub.get_current_instance()
        return Step(
            self.segmentor,
            inputs,
            samples,
            views=self.views,
            heads=self.heads,
            maps=self.maps,
            iteration=hub.get_info("iter", 0) if iteration is None else iteration,
            max_iters=hub.get_info("max_iters", 1),
            pixels=PixelRange.of(self.data_preprocessor),
        )

    def train(self, mode: bool = True) -> UDASegmentor:
        """Set the mode of all parts but the frozen ones, which stay in evaluation."""
        super().train(mode)
        self.frozen.keep()
        return self

    def needed_in_files(self) -> tuple[str, ...]:
        """Shell patterns of weights that a file must hold, whoever loads it."""
        return self.frozen.needed_in_files()

    def loss(
        self, inputs: Mapping[str, Tensor], data_samples: Mapping[str, Sequence]
    ) -> dict[str, Tensor]:
        """All terms of the loss, as ``<objective>.<term>``.

        Raises:
            TypeError: If the batch does not come by domain.
        """
        if not isinstance(inputs, Mapping):
            raise TypeError(
                "UDASegmentor trains on batches by domain, {'source': (N, 3, H, W), "
                f"...}}, but got {type(inputs).__name__}. Use a MultiDomainDataset "
                "with data_preprocessor=dict(type='MultiDomainDataPreProcessor', ...)."
            )
        step = self.step(inputs, data_samples)
        return {
            f"{name}.{term}": value
            for name, objective in self.objectives.items()
            for term, value in objective(step).items()
        }

    def parse_losses(
        self, losses: dict[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Sum the losses up, after a look whether all of them are finite."""
        check_finite(losses)
        return super().parse_losses(losses)

    def extract_feat(self, inputs: Tensor) -> Sequence[Tensor]:
        """Features of the wrapped segmentor."""
        return self.segmentor.extract_feat(inputs)

    def encode_decode(self, inputs: Tensor, batch_data_samples: list) -> Tensor:
        """Logits of the wrapped segmentor."""
        return self.segmentor.encode_decode(inputs, batch_data_samples)

    def inference(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Whole or sliding-window inference of the wrapped segmentor."""
        return self.segmentor.inference(inputs, batch_img_metas)

    def predict(self, inputs: Tensor, data_samples: list | None = None) -> list:
        """Predictions of the wrapped segmentor, as mmseg data samples."""
        return self.segmentor.predict(inputs, data_samples)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Tensor:
        return self.segmentor._forward(inputs, data_samples)

    def __getattr__(self, name: str) -> object:
        # What mmseg's tools ask a segmentor for (decode_head, num_classes, test_cfg,
        # with_neck, ...) is the wrapped segmentor's to answer.
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name == "segmentor" or name in PARTS or name.startswith("_"):
                raise
            return getattr(self.segmentor, name)
