"""Batch norm statistics of a set of images: adaptation without training."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from mmengine.dist import get_rank
from mmengine.logging import print_log
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.utils.options import check_number
from mmseg_uda.utils.progress import with_progress
from mmseg_uda.utils.undisturbed import undisturbed

from .adaptation import Adaptation
from .doubts import doubts, nothing_to_adapt
from .image_batches import ImageBatches
from .movement import Movement
from .norm_layers import batch_norms
from .passes import Passes
from .predicted_shares import distance_of_shares, predicted_shares
from .running_statistics import RunningStatistics


@dataclass(frozen=True)
class StatisticsOptions:
    """How statistics are taken.

    Args:
        blend: Share of the statistics that the network came with, in [0, 1); 0 takes
            the images' alone. With few images (n) Schneider et al., "Improving
            robustness against common corruptions by covariate shift adaptation",
            take N / (n + N) with an N of some tens.
        batch_size: Images that go through the network at once, and by whose statistics
            it normalises meanwhile; no effect on the result if ``exact``.
        exact: Go through the images once a layer, instead of once.
        layers: Shell patterns of the batch norms to adapt, such as ``'backbone.*'``.
        class_shares: Shares of the classes that are to be expected, such as those of
            the source's labels, one number a class. With them, the statistics that the
            network came with are kept where the classes that it then finds are nearer
            to these, see :func:`.distance_of_shares`; that costs two predictions of up
            to 50 images. Where looks differ much the images' own statistics are worth
            tens of points, and on some small sets they cost as many
            (docs/benchmarks/small_sets.md). Default: the images' own in any case.

    Raises:
        ValueError: If a value is of another kind, or a number out of range.
    """

    blend: float = 0.0
    batch_size: int = 8
    exact: bool = False
    layers: Sequence[str] = ("*",)
    class_shares: Sequence[float] | None = None

    def told(self) -> dict[str, Any]:
        """Return the options as plain values, for records: without what is None."""
        return {
            name: value for name, value in asdict(self).items() if value is not None
        }

    def __post_init__(self) -> None:
        check_number("blend", self.blend, 0)
        if self.blend >= 1:
            raise ValueError(
                f"blend must be in [0, 1), got {self.blend}: at 1 nothing would change"
            )
        whole = isinstance(self.batch_size, int) and not isinstance(
            self.batch_size, bool
        )
        if not whole or self.batch_size < 1:
            raise ValueError(
                f"batch_size must be a whole number >= 1, got {self.batch_size!r}"
            )
        if not isinstance(self.exact, bool):
            raise ValueError(f"exact must be True or False, got {self.exact!r}")
        _check_patterns(self.layers)
        _check_shares(self.class_shares)


def _check_patterns(layers: Any) -> None:
    given = layers if isinstance(layers, list | tuple) else ()
    if not given or not all(isinstance(pattern, str) for pattern in given):
        raise ValueError(
            f"layers must be a list of patterns such as ['backbone.*'], got {layers!r}"
        )


def _check_shares(shares: Any) -> None:
    if shares is None:
        return
    given = shares if isinstance(shares, list | tuple) else ()
    numbers = [s for s in given if isinstance(s, int | float) and 0 <= s <= 1]
    if len(numbers) < 2 or len(numbers) != len(given) or abs(sum(numbers) - 1) > 0.05:
        raise ValueError(
            "class_shares must be one number in [0, 1] for each class, and 1 in all, "
            f"such as (0.9, 0.1), got {shares!r}"
        )


def check_class_shares(options: StatisticsOptions, num_classes: int) -> None:
    """Check that there is one of ``class_shares`` for each class, if there are any.

    Raises:
        ValueError: If not.
    """
    given = options.class_shares
    if given is not None and len(given) != num_classes:
        raise ValueError(
            f"class_shares has {len(given)} numbers, but the network predicts "
            f"{num_classes} classes: give one for each, in their order"
        )


def adaptable_norms(
    model: nn.Module, layers: Sequence[str] = ("*",)
) -> dict[str, nn.Module]:
    """Return the batch norms that a model predicts with, by their names in files.

    Args:
        model: An mmseg segmentor, wrapped in a ``UDASegmentor`` or not. Discriminators
            and the like are no part of what predicts.
        layers: See :class:`StatisticsOptions`.

    Raises:
        ValueError: If a pattern fits none.
    """
    return batch_norms(predicting_part(model), layers)


def predicting_part(model: nn.Module) -> nn.Module:
    """Return the mmseg segmentor inside of a ``UDASegmentor``, or the model itself."""
    return getattr(model, "segmentor", model)


def adapt_statistics(
    model: nn.Module,
    images: ImageFiles,
    options: StatisticsOptions | None = None,
    num_workers: int = 0,
    title: str = "statistics of the target",
) -> Adaptation:
    """Give all batch norms of a model the statistics of a set of images, in place.

    "Revisiting Batch Normalization For Practical Domain Adaptation" (Li et al.): mean
    and variance of what each layer is given, over all locations of all images, in
    inference. Sums are float64, and the batches that images go through the network in
    are formed from their sorted names (:class:`ImageBatches`), so that the result does
    not depend on the order of the images, on workers, or on the number of ranks, but
    for float64's rounding. Memory does not grow with the number of images, but for
    their names and a digest of each.

    What a layer is given depends on how those before it normalise. Each normalises with
    the statistics of its batch here, which stand in for those of the set; with the old
    ones it would hand on features that no network normalised by the new ones ever sees.
    With ``exact`` the layers are done one after the other, each behind layers that have
    their new statistics already: then every layer's statistics are those of what it is
    given in the network that comes out, and the batches do not matter.

    The variance is divided by the count - 1, as torch keeps it. Weights stay as they
    are bit for bit, and so do modes and random generators. Batch norms that are frozen
    in training (``norm_eval``) are adapted too, since inference normalises with their
    running statistics. ``num_batches_tracked`` becomes the number of images.

    Args:
        model: See :func:`adaptable_norms`; on its device, with its weights.
        images: The images; no label is opened.
        options: How.
        num_workers: Processes that load images, per rank.
        title: What to call it where progress is shown.

    Returns:
        How far each layer has moved, which ones keep what they had, and what is
        doubtful about that.

    Raises:
        ValueError: If there is no batch norm, an image cannot be loaded, or a layer is
            given a number that is not finite; the model then is as before. If
            ``class_shares`` are those of other classes.
    """
    options = options or StatisticsOptions()
    norms = adaptable_norms(model, options.layers)
    if not norms:
        raise ValueError(nothing_to_adapt(predicting_part(model)))
    take = partial(_adapted, model, norms, images, options, num_workers, title)
    usual = options.class_shares
    if usual is None:
        return take()

    def distance() -> float:
        shares = predicted_shares(model, images, num_workers)
        check_class_shares(options, len(shares))
        return distance_of_shares(shares, usual)

    return _nearer(take, norms, distance, model)


def _nearer(
    take: Callable[[], Adaptation],
    norms: Mapping[str, nn.Module],
    distance: Callable[[], float],
    model: nn.Module,
) -> Adaptation:
    """Take statistics, and give them back where the predictions were nearer before."""
    before = {name: copy.deepcopy(norm.state_dict()) for name, norm in norms.items()}
    with undisturbed(model):
        was = distance()
    done = take()
    with undisturbed(model):
        now = distance()
    said = (
        "class shares of the predictions differ from class_shares by a factor of "
        f"{math.exp(was):.2f} with the statistics that the network came with and of "
        f"{math.exp(now):.2f} with the images'"
    )
    if now <= was:
        print_log(f"{said}, which it now has", logger="current")
        return done
    for name, norm in norms.items():
        norm.load_state_dict(before[name])
    return Adaptation([], list(norms), [*done.warnings, f"{said}: it keeps the former"])


def _adapted(
    model: nn.Module,
    norms: dict[str, nn.Module],
    images: ImageFiles,
    options: StatisticsOptions,
    num_workers: int,
    title: str,
) -> Adaptation:
    """Give batch norms the statistics of images."""
    before = {name: RunningStatistics.of(norm) for name, norm in norms.items()}
    batches = ImageBatches(images, options.batch_size, num_workers)
    passes = Passes(model, predicting_part(model), norms, batches, options.blend)
    try:
        with undisturbed(model):
            steps, total = passes.steps(options.exact)
            if get_rank() == 0:
                steps = with_progress(steps, total, title)
            for _ in steps:
                pass
    except BaseException:
        for name, norm in norms.items():
            before[name].put_into(norm)
        raise
    moved, kept = _finish(norms, before, passes, len(images))
    tally = passes.tally.gathered()
    is_weighed = bool(options.blend) or options.class_shares is not None
    told = doubts(predicting_part(model), tally, kept, is_weighed)
    return Adaptation(moved, kept, told)


def _finish(
    norms: dict[str, nn.Module],
    before: dict[str, RunningStatistics],
    passes: Passes,
    num_images: int,
) -> tuple[list[Movement], list[str]]:
    moved, kept = [], []
    for name, norm in norms.items():
        after = passes.found.get(name)
        if after is None:
            before[name].put_into(norm)
            kept.append(name)
            continue
        after.put_into(norm)
        if getattr(norm, "num_batches_tracked", None) is not None:
            norm.num_batches_tracked.fill_(num_images)
        moved.append(
            Movement.between(
                name, before[name], after, getattr(norm, "eps", 0), passes.counts[name]
            )
        )
    return moved, kept
