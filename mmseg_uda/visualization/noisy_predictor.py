"""One image, predicted again and again with noise on its features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmseg_uda.models.losses import kl_map
from mmseg_uda.models.maps import FeatureNoise
from mmseg_uda.structures.cascade import stages_of
from mmseg_uda.structures.read_feats import ReadFeats
from mmseg_uda.structures.seg_heads import (
    at_image_size,
    head_logits,
    segmentation_heads,
)


class NoisyPredictor:
    """Predicts one image with H(G(x)) or H(G(x) + r), as often as asked.

    Both go through the segmentor's own ``predict``: fusion of the heads, sliding
    windows, padding and the way to the original size are those of a test. The
    features G(x) are extracted once. The noise is added to the feature maps that a
    head reads, and **every head gets a draw of its own**, as in :class:`LipschitzMap`
    (the stages of a cascade are one head); what is fused are the logits of the noisy
    heads. Noise in the worst direction makes the KL divergence of each head worst, at
    the size of the image or window that is predicted.

    To be used as a context: inside, the segmentor's ``extract_feat`` and its heads'
    ``forward`` are replaced; afterwards they are its own again.

    Args:
        model: A model in evaluation mode: :class:`UDASegmentor` or a segmentor of
            mmseg's EncoderDecoder kind.
        data: One collated batch of a test data loader, holding one image.
        noise: The noise r. It comes from torch's random numbers.

    Raises:
        TypeError: If the segmentor has no decode head.
    """

    def __init__(self, model: nn.Module, data: dict, noise: FeatureNoise) -> None:
        self.model = model
        self.noise = noise
        self.batch = model.data_preprocessor(data, False)
        self._segmentor = inner_segmentor(model)
        self._heads = _whole_heads(self._segmentor)
        self._feats: list[Sequence[Tensor]] = []  # one entry a sliding window
        self._levels: dict[nn.Module, list[int]] = {}
        self._drawn: dict[nn.Module, Sequence[Tensor]] = {}  # noisy features
        self._shape = torch.Size()  # of the images of the window
        self._calls = 0
        self._noisy = False
        self._undo = ExitStack()

    def __enter__(self) -> NoisyPredictor:
        extract = self._segmentor.extract_feat
        self._replace(self._segmentor, "extract_feat", partial(self._recall, extract))
        for head in self._heads:
            stages = stages_of(head)
            for stage in stages:
                begins = stage is stages[0]
                forward = partial(self._perturb, head, begins, stage.forward)
                self._replace(stage, "forward", forward)
        return self

    def __exit__(self, *error: object) -> None:
        self._undo.close()
        self._feats.clear()
        self._drawn.clear()

    def clean(self) -> SegDataSample:
        """Predict with H(G(x))."""
        return self._predict(noisy=False)

    def noisy(self) -> SegDataSample:
        """Predict with H(G(x) + r) for a fresh r."""
        return self._predict(noisy=True)

    def _predict(self, noisy: bool) -> SegDataSample:
        self._calls, self._noisy = 0, noisy
        (sample,) = self.model(**self.batch, mode="predict")
        return sample

    def _replace(self, module: nn.Module, name: str, function: Callable) -> None:
        if name in vars(module):  # someone else has replaced it before
            self._undo.callback(setattr, module, name, vars(module)[name])
        else:
            self._undo.callback(delattr, module, name)
        setattr(module, name, function)

    def _recall(self, extract: Callable, inputs: Tensor) -> Sequence[Tensor]:
        if self._calls == len(self._feats):
            self._feats.append(extract(inputs))
        self._calls += 1
        self._shape = inputs.shape
        return self._feats[self._calls - 1]

    def _perturb(
        self,
        head: nn.Module,
        begins: bool,
        forward: Callable,
        feats: Sequence[Tensor],
        *args: Any,
    ) -> Tensor:
        """Run a stage of a head, the first of which draws the noise for all."""
        if not self._noisy:
            return forward(feats, *args)
        if begins:
            levels = self._levels_of(head, feats)
            divergence = partial(self._divergence, head)
            self._drawn[head] = self.noise.added_to(
                feats, levels, divergence=divergence
            )
        return forward(self._drawn[head], *args)

    def _divergence(
        self, head: nn.Module, feats: Sequence[Tensor]
    ) -> Callable[[Sequence[Tensor]], Tensor]:
        """What noise does to a head's prediction on clean features, (1, H, W)."""
        with torch.no_grad():
            clean = self._log_probs(head, feats)
        return lambda noisy: kl_map(clean, self._log_probs(head, noisy))

    def _log_probs(self, head: nn.Module, feats: Sequence[Tensor]) -> Tensor:
        with self._plain_heads():
            test_cfg = getattr(self._segmentor, "test_cfg", None)
            logits = head_logits(head, feats, self._shape, test_cfg)
        return at_image_size(head, logits, self._shape).float().log_softmax(dim=1)

    @contextmanager
    def _plain_heads(self) -> Iterator[None]:
        noisy, self._noisy = self._noisy, False
        try:
            yield
        finally:
            self._noisy = noisy

    def _levels_of(self, head: nn.Module, feats: Sequence[Tensor]) -> list[int]:
        if head not in self._levels:
            read = ReadFeats(feats)
            with self._plain_heads():
                head(read)
            self._levels[head] = read.levels
        return self._levels[head]


def _whole_heads(segmentor: nn.Module) -> list[nn.Module]:
    """The segmentation heads, without the earlier stages of a cascade."""
    heads = segmentation_heads(segmentor).items()
    return [head for name, head in heads if not name.startswith("decode_")]


def inner_segmentor(model: nn.Module) -> nn.Module:
    """The segmentor that a :class:`UDASegmentor` wraps, or the segmentor itself."""
    inner = getattr(model, "segmentor", None)
    return inner if isinstance(inner, nn.Module) else model
