"""Finding ``eps="auto"`` of Lipschitz maps before a training begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.dist import get_rank, get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import DATASETS, HOOKS
from torch import nn

from mmseg_uda.engine.bound_checks import check_maps, check_not_target
from mmseg_uda.engine.bound_images import accuracy, mean_weights
from mmseg_uda.engine.noise_bound import Bound, find_bound
from mmseg_uda.models.maps import LipschitzMap
from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.utils.unwrapped import unwrapped

from .sample_hook import check_whole

REPORT = "noise_bound.json"


@HOOKS.register_module()
class NoiseBoundHook(Hook):
    r"""Finds the noise bound of maps with ``noise=dict(eps="auto")``, from the source.

    The bound is that at which the mean weight is what it claims to be, how likely a
    pixel is right (our extension; the LCDA paper gives no bound):

    .. math:: \mathrm{mean}\, \exp(-L_{lip}(\epsilon)) = \mathrm{accuracy}

    Both are over the labelled pixels of some labelled images of the *source*, predicted
    in evaluation mode with the weights that the training starts from; no label of the
    target is opened. The accuracy is that of the segmentor's prediction (of two heads
    the fused one, which pseudo-labels are made of), the weight that of the main head,
    and the other heads share its bound. Every bound that is tried sees the same noise,
    seeded by image. See :func:`find_bound` for the search. Where no bound gives a mean
    weight as low (or high) as the accuracy, as after few iterations of training, the
    end that is nearest is taken, with a warning.

    The bound stands in the log, in ``noise_bound.json`` of the stage's folder, and in
    the checkpoints (``maps.<name>.found_eps``), from where a resumed run takes it.

    Args:
        maps: Names of the maps.
        dataset: Config of a labelled data set of the source, with a pipeline for a
            test: images whole, labels loaded. Of data sets without a validation split,
            such as GTA5 and SYNTHIA, these are training images, on which the accuracy
            is a little flattering.
        num_images: How many images, evenly spaced over the data set.

    Raises:
        ValueError: If no map is named, or ``num_images`` is no whole number >= 1.
            Before anything is trained: if a map is not there, has a bound or looks at
            several domains, or the images have no labels or are the target's.
    """

    # after TargetStatisticsHook(at="start"), for the network that training starts from
    priority = "VERY_LOW"

    def __init__(
        self, maps: Sequence[str], dataset: Mapping[str, Any], num_images: int = 50
    ) -> None:
        if isinstance(maps, str) or not maps:
            raise ValueError(f"NoiseBoundHook: maps must list names, got {maps!r}")
        check_whole(dict(num_images=num_images), dict(num_images=1))
        self.maps = list(maps)
        self.dataset = dict(dataset)
        self.num_images = num_images

    def before_train(self, runner: Runner) -> None:
        """Find the bounds, unless a resumed run has them."""
        model = unwrapped(runner.model)
        check_maps(self.maps, model)
        left = [name for name in self.maps if not self._is_known(runner, name)]
        if not left:
            return
        dataset = DATASETS.build(self.dataset)
        check_not_target(dataset, _targets(runner))
        indices = evenly_spaced(len(dataset), self.num_images)
        own = indices[get_rank() :: get_world_size()]
        was_training = model.training
        model.eval()
        try:
            self._find(runner, model, dataset, own, left, len(indices))
        finally:
            model.train(was_training)

    def _find(
        self,
        runner: Runner,
        model: nn.Module,
        dataset: Any,
        own: Sequence[int],
        names: Sequence[str],
        num_images: int,
    ) -> None:
        report, right = {}, {}
        for name in names:
            part: LipschitzMap = model.maps[name]
            if part.on not in right:  # the prediction is that of all maps of a view
                right[part.on] = accuracy(model, dataset, own, part)
            correct, pixels = right[part.on]
            measure = partial(mean_weights, model, dataset, own, name)
            try:
                bound = find_bound(measure, correct / pixels)
            except ValueError as error:
                raise ValueError(f"map {name!r}, eps='auto': {error}") from error
            part.set_eps(bound.eps)
            _tell(runner, name, bound, num_images)
            report[name] = {
                "eps": bound.eps,
                "mean_weight": bound.mean_weight,
                "accuracy": bound.wanted,
                "reached": bound.is_reached,
                "reachable": list(bound.reachable),
                "pixels": int(pixels),
                "num_images": num_images,
            }
        if is_main_process():
            write_json(Path(runner.work_dir, REPORT), report)

    def _is_known(self, runner: Runner, name: str) -> bool:
        part = unwrapped(runner.model).maps[name]
        known = runner._resume and part.found_eps.item() >= 0
        if known:
            runner.logger.info(f"map '{name}': eps {part.noise.eps:g} of this training")
        return bool(known)


def _tell(runner: Runner, name: str, bound: Bound, num_images: int) -> None:
    runner.logger.info(
        f"map '{name}': eps {bound.eps:g} found on {num_images} source images: "
        f"mean weight {bound.mean_weight:.4f}, accuracy {bound.wanted:.4f}"
    )
    if not bound.is_reached:
        runner.logger.warning(
            f"map '{name}', eps='auto': the network has {bound.wanted:.2%} of the "
            f"labelled pixels of {num_images} source images right, but "
            f"{bound.shortfall()}. Has it been trained for long enough? Else choose "
            "another kind or unit of the noise, or set eps yourself"
        )


def _targets(runner: Runner) -> list[Any]:
    domains = [*getattr(runner.train_dataloader.dataset, "datasets", {}).items()]
    if runner.val_loop is not None:
        validated = runner.val_dataloader.dataset
        domains += getattr(validated, "datasets", {"": validated}).items()
    return [data for name, data in domains if name != "source"]
