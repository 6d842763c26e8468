"""Whether a network says the same of an image and of its mirror image."""

from __future__ import annotations

from typing import Any

from mmseg.registry import METRICS
from torch import Tensor

from mmseg_uda.utils.undisturbed import undisturbed

from .image_change import ImageChange
from .means import in_percent, mean_over_images
from .model_metric import ModelMetric
from .two_predictions import effective_invariance, js_agreement, same_class

_SCORES = dict(
    consistency=same_class,
    consistency_js=js_agreement,
    invariance=effective_invariance,
)


@METRICS.register_module()
class ConsistencyMetric(ModelMetric):
    r"""Agreement of the prediction with that of the changed image: without labels.

    .. math:: \frac{1}{N} \sum_n \frac{1}{HW} \sum_{hw}
        a(f(x_n)_{hw}, t^{-1}(f(t(x_n)))_{hw})

    f is the network, t mirrors the image unless said otherwise. ``consistency``: a is
    :func:`.same_class`, the share of pixels that keep their class; ``invariance``:
    :func:`.effective_invariance`, the score of Deng et al. (NeurIPS 2022) that this
    follows, here of pixels; ``consistency_js``: :func:`.js_agreement`. In percent, the
    higher, the better; ``save_best="label_free/consistency"``.

    A network that calls everything one class agrees with itself, too: read it beside
    :class:`LabelFreeMetric`'s ``information``. It takes one more prediction an image.

    Args:
        flip: See :class:`ImageChange`; so are ``scale`` and ``contrast``.
        scale: Likewise.
        contrast: Likewise.
        **kwargs: ``collect_device`` and ``prefix`` of mmengine's ``BaseMetric``.

    Raises:
        ValueError: If an argument is wrong, or an image was predicted with test-time
            augmentation, has no logits, or a single one.
    """

    #: Names of its scores, without prefix.
    score_names = tuple(_SCORES)

    def __init__(
        self,
        flip: bool = True,
        scale: float = 1.0,
        contrast: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.change = ImageChange(flip, scale, contrast)

    def measure(self, data: dict, sample: dict) -> dict[str, Tensor]:
        """Compare the prediction of an image with that of the changed image."""
        with undisturbed(self.model):
            (again,) = self.model.test_step(self.change.batch(data))
        first = _probabilities(sample["seg_logits"]["data"])
        second = self.change.undone(_probabilities(again.seg_logits.data))
        second = second.to(first.device)
        return {
            name: of_pixels(first, second).double().mean().cpu()
            for name, of_pixels in _SCORES.items()
        }

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Return the scores over all images, each counting the same.

        Raises:
            ValueError: If there is no image.
        """
        means = mean_over_images(results)
        return in_percent(means, f"of {len(results)} images and their changed ones")


def _probabilities(logits: Tensor) -> Tensor:
    if len(logits) < 2:
        raise ValueError(
            "ConsistencyMetric needs a logit for each class, got one in all: use "
            "out_channels=2 of the head"
        )
    return logits.float().softmax(0)
