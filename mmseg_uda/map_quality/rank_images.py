"""Scores of labelled images, and how well they tell wrong pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from mmengine.model import BaseModule
from mmseg.structures import SegDataSample
from torch import Tensor

from mmseg_uda.structures.original_size import at_original_size
from mmseg_uda.structures.predict_probs import probs_of
from mmseg_uda.structures.seg_heads import segmentation_heads
from mmseg_uda.utils.undisturbed import undisturbed
from mmseg_uda.visualization.noisy_predictor import inner_segmentor

from .passes import counted_passes
from .score import Score
from .score_set import SEG_HEAD, TARGET, ScoreSet
from .score_statistics import ScoreStatistics

_IGNORED = 255
_SEEDS_APART = 1_000_003  # two seeds share no image's draws


def rank_images(
    model: BaseModule,
    images: Iterable[tuple[int, dict]],
    scores: ScoreSet,
    seed: int = 0,
) -> dict[str, dict]:
    """Compare scores on labelled images, one by one.

    A pixel is wrong if the class that the model predicts in a test, at the size of the
    label's file, is not its label; pixels labelled 255 do not count. Maps are computed
    at the size that the network sees and resized, as when pseudo-labels are weighted.
    The noise is a function of seed and image, the same for every map.

    The model is left as it was, and so are all random numbers.

    Args:
        model: Model with its weights, on its device.
        images: Number in the data set, and collated batch of one image each.
        scores: What is compared.
        seed: Seed of the noise.

    Returns:
        For each score what :meth:`ScoreStatistics.summary` says; its ``family`` and
        ``equation``; what ``weight_is`` of it; and ``passes``: those of
        :class:`Passes` that it takes beyond the prediction of all heads.

    Raises:
        ValueError: If an image has no label or no fitting one, no pixel has a label,
            or a number is not finite.
    """
    num_classes = segmentation_heads(inner_segmentor(model))["decode"].num_classes
    statistics = {score.name: ScoreStatistics(num_classes) for score in scores.scores}
    passes: dict[str, dict] = {}
    with undisturbed(model):
        for index, data in images:
            batch = model.data_preprocessor(data, False)
            (sample,) = model(**batch, mode="predict")
            drawn = seed * _SEEDS_APART + index
            try:
                pixels = _Pixels(sample)
                passes = passes or _passes(model, batch, scores, drawn)
                _add(statistics, pixels, _values(model, batch, pixels, scores, drawn))
            except ValueError as error:
                path = sample.metainfo.get("img_path", f"image {index}")
                raise ValueError(f"cannot rank the pixels of {path}: {error}") from None
    if not any(part.num_pixels for part in statistics.values()):
        raise ValueError(
            "no pixel of the images has a label: all are 255, or there is no image"
        )
    return {
        score.name: {
            "family": score.family,
            "equation": score.equation,
            "weight_is": score.link,
            "passes": passes[score.name],
            **statistics[score.name].summary(),
        }
        for score in scores.scores
    }


class _Pixels:
    """Prediction and label of one image.

    Args:
        sample: The predicted sample with its label.
    """

    def __init__(self, sample: SegDataSample) -> None:
        if "gt_sem_seg" not in sample:
            raise ValueError(
                "it has no label. Maps are judged on labelled images: give "
                "val_dataloader a data set with labels, and LoadAnnotations in its "
                "pipeline"
            )
        self.probs = probs_of(sample)
        label = sample.gt_sem_seg.data[0].to(self.probs.device)
        if label.shape != self.probs.shape[1:]:
            raise ValueError(
                f"the prediction is {tuple(self.probs.shape[1:])} pixels (H, W), the "
                f"label {tuple(label.shape)}; LoadAnnotations must come after Resize "
                "in the pipeline, so that labels keep their original size"
            )
        self.labelled = label != _IGNORED
        label = label[self.labelled].long()
        if label.numel() and not 0 <= label.min() <= label.max() < len(self.probs):
            raise ValueError(
                f"its label holds {int(label.max())}; the model predicts classes 0 to "
                f"{len(self.probs) - 1}"
            )
        predicted = sample.pred_sem_seg.data[0][self.labelled].long()
        self.groups = 2 * predicted + (predicted != label)


def _add(
    statistics: Mapping[str, ScoreStatistics],
    pixels: _Pixels,
    values: Iterable[tuple[Score, Tensor]],
) -> None:
    """Add the scores (H, W) of an image to what is known of each."""
    for score, of_image in values:
        labelled = of_image[pixels.labelled].float()
        try:
            statistics[score.name].add(labelled, score.weight(labelled), pixels.groups)
        except ValueError as error:
            raise ValueError(f"{score.name}: {error}") from error


def _values(
    model: BaseModule, batch: Mapping, pixels: _Pixels, scores: ScoreSet, seed: int
) -> Iterable[tuple[Score, Tensor]]:
    """Compute the scores (H, W) of an image, whose step is shared."""
    step = scores.step(model, batch)
    (sample,), inputs = batch["data_samples"], batch["inputs"]
    # maps of maps last: what these are made of was drawn by its own seed then
    for score in sorted(scores.scores, key=_is_made_of_others):
        if score.part is None:
            yield score, score.of_probs(pixels.probs)
            continue
        torch.manual_seed(seed)
        values = step.map(score.key, SEG_HEAD)
        yield score, at_original_size(values.float(), sample, inputs)


def _is_made_of_others(score: Score) -> bool:
    return score.part is not None and bool(score.part.maps())


def _passes(
    model: BaseModule, batch: Mapping, scores: ScoreSet, seed: int
) -> dict[str, dict]:
    """Count what each score takes by itself, beyond the prediction of all heads."""
    found = {}
    for score in scores.scores:
        step = scores.step(model, batch)
        view = step.view(TARGET)
        for seg_head in view.heads:
            view.logits(seg_head)
        torch.manual_seed(seed)
        with counted_passes(inner_segmentor(model)) as passes:
            if score.part is not None:
                step.map(score.key, SEG_HEAD)
        found[score.name] = passes.as_dict()
    return found
