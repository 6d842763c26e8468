"""Building samplers and pipelines, and checking all data, before any stage runs."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.dataset import Compose
from mmengine.runner import Runner
from mmseg.registry import DATA_SAMPLERS, DATASETS
from torch.utils.data import DataLoader

from mmseg_uda.datasets.checks.decoded_before import DecodedBefore
from mmseg_uda.datasets.checks.loader_sizes import Batching, check_sizes
from mmseg_uda.datasets.loader_config import check_loader_config
from mmseg_uda.datasets.preflight import DatasetReport, check_dataloader
from mmseg_uda.engine.walk import dicts_in

from ..config.overrides import pseudo_labelled_in, translated_in
from ..errors import StageError
from ..ranks import say
from .building import building
from .network_sizes import check_network_sizes
from .noise_bounds import check_bound_images
from .signatures import check_arguments
from .target_statistics import check_statistics_images

_LOADERS = ("train_dataloader", "val_dataloader")


def check_loaders(cfg: Mapping[str, Any]) -> None:
    """Check the dataloaders of a stage but for their files.

    Raises:
        StageError: If a transform, sampler or option of a loader is wrong.
    """
    for name in _LOADERS:
        if cfg.get(name) is not None:
            check_loader(name, cfg[name])
    # labels and translations may not exist yet: not built with the other data sets
    for node in (*pseudo_labelled_in(cfg), *translated_in(cfg)):
        check_arguments(DATASETS, node, f"data set {node['type']}")


def check_loader(name: str, loader: Mapping[str, Any]) -> None:
    """Check one dataloader but for its files.

    Raises:
        StageError: If a transform, sampler or option of it is wrong.
    """
    if not loader.get("dataset"):
        raise StageError(f"{name} has no dataset")
    for node in dicts_in(loader["dataset"]):
        if isinstance(node.get("pipeline"), list | tuple):
            with building(f"{name}: pipeline of {node.get('type')}"):
                Compose(copy.deepcopy(node["pipeline"]))
    for kind in ("sampler", "batch_sampler"):
        if loader.get(kind):
            given = ("dataset", "seed")
            check_arguments(DATA_SAMPLERS, loader[kind], f"{name}.{kind}", given)
    with building(name, DataLoader):
        Runner.build_dataloader(_with_stand_ins(loader), seed=0)


def _with_stand_ins(loader: Mapping[str, Any]) -> dict:
    options = {k: v for k, v in loader.items() if k not in ("dataset", "batch_sampler")}
    return {**options, "dataset": [0], "sampler": {"type": "DefaultSampler"}}


class DataCheck:
    """Checks data loaders, each data set once however many stages use it.

    Args:
        config: The config file, for messages.
        memory: Folder that remembers which files were decoded; None decodes all anew.
    """

    def __init__(self, config: object = "CONFIG", memory: Path | None = None) -> None:
        self._config = config
        self._before = DecodedBefore(memory)
        self._known: dict[str, list[DatasetReport]] = {}

    def __call__(self, cfg: Mapping[str, Any], stage: str) -> None:
        """Check the training and validation data of a stage.

        Raises:
            StageError: If a folder is missing or empty, or the files, or batch size
                and domains, don't fit together.
        """
        check_bound_images(stage, cfg)
        check_statistics_images(stage, cfg)
        known, some_only = self._before.num_reused, False
        try:
            for name in _LOADERS:
                if cfg.get(name) is not None:
                    some_only |= self._check_loader(cfg, name, stage)
        finally:  # what is fine need not be decoded next time
            self._before.save()
        reused = self._before.num_reused - known
        if reused:
            say(
                f"{stage}: {reused} of the samples were decoded by an earlier call and "
                f"have not changed since ({self._before.folder})"
            )
        if some_only:
            say(
                f"{stage}: the headers of all files were checked, but not all were "
                f"decoded; to do so: python tools/check_data.py {self._config} --full"
            )

    def _check_loader(self, cfg: Mapping[str, Any], name: str, stage: str) -> bool:
        """Check a loader with its files; return whether some only were decoded now."""
        loader, where = cfg[name], f"stage '{stage}', {name}"
        dataset = repr(loader["dataset"])
        new = dataset not in self._known
        with building(where):
            check_loader_config(loader)
            if new:
                reports = check_dataloader(loader, before=self._before)
                self._known[dataset] = reports
        reports = self._known[dataset]
        errors = check_sizes(loader, reports, Batching.of(cfg, name))
        if errors:
            raise StageError(f"{where}: " + "\n".join(map(str, errors)))
        with building(where):
            check_network_sizes(cfg, reports, Batching.of(cfg, name))
        for report in reports if new else ():
            say(f"{stage}: {_line(report)}")
            for notice in report.notices:
                say(f"{stage}: {report.name}: {notice}")
        return new and any(r.num_read < r.num_images for r in reports)


def _line(report: DatasetReport) -> str:
    sizes = {"x".join(map(str, s)) for s in (report.smallest, report.largest)}
    labelled = f", {report.num_labels} labels" if report.num_labels else ""
    part = report.num_read < report.num_images
    decoded = f", {report.num_read} of them decoded" if part else ""
    return (
        f"{report.name}: {report.num_images} images{labelled}, "
        f"{' to '.join(sorted(sizes))} pixels{decoded}"
    )
