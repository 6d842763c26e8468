"""Building samplers and pipelines, and checking all data, before any stage runs."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.dataset import Compose
from mmengine.runner import Runner
from mmseg.registry import DATA_SAMPLERS, DATASETS
from torch.utils.data import DataLoader

from mmseg_uda.datasets.decoded_before import FILE, DecodedBefore
from mmseg_uda.datasets.image_headers import image_size
from mmseg_uda.datasets.loader_config import check_loader_config
from mmseg_uda.datasets.preflight import (
    DatasetReport,
    check_dataloader,
    waits_for_files,
    without_missing_labels,
)
from mmseg_uda.datasets.seeding import seeded
from mmseg_uda.engine.walk import dicts_in

from ..errors import StageError
from ..overrides import pseudo_labelled_in, translated_in
from ..ranks import say
from .building import building
from .signatures import check_arguments

_LOADERS = ("train_dataloader", "val_dataloader")
# The deepest features are an eighth of the image: of less than this, nothing is left
# to segment, whatever the pipeline scales it to.
_SMALLEST_SIDE = 32
_MUCH = 4  # times as many pixels


def check_loaders(cfg: Mapping[str, Any]) -> None:
    """Check the dataloaders of a stage but for their files.

    Raises:
        StageError: If a transform, sampler or option of a loader is wrong.
    """
    for name in _LOADERS:
        if cfg.get(name) is not None:
            _check_loader(name, cfg[name])
    # labels and translations may not exist yet: not built with the other data sets
    for node in (*pseudo_labelled_in(cfg), *translated_in(cfg)):
        check_arguments(DATASETS, node, f"data set {node['type']}")


def _check_loader(name: str, loader: Mapping[str, Any]) -> None:
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
        work_dir: Folder of the run, which remembers the files that were decoded if it
            is there; None decodes all anew.
    """

    def __init__(self, config: object = "CONFIG", work_dir: Path | None = None) -> None:
        self._config = config
        self._work_dir = work_dir
        self._before = DecodedBefore(work_dir and work_dir / FILE)
        self._seen: set[str] = set()

    def __call__(self, cfg: Mapping[str, Any], stage: str) -> None:
        """Check the training and validation data of a stage.

        Raises:
            StageError: If a folder is missing or empty, or the files, or batch size
                and domains, don't fit together.
        """
        known, some_only = self._before.num_reused, False
        try:
            for name in _LOADERS:
                loader = cfg.get(name)
                if loader is not None:
                    with building(f"stage '{stage}', {name}"):
                        check_loader_config(loader)
                    some_only |= self._check_files(loader, name, stage)
        finally:  # what is fine need not be decoded next time
            if self._work_dir is not None and self._work_dir.is_dir():
                self._before.save()
        reused = self._before.num_reused - known
        if reused:
            say(
                f"{stage}: {reused} of the samples were decoded by an earlier call and "
                f"have not changed since ({self._before.path})"
            )
        if some_only:
            say(
                f"{stage}: the headers of all files were checked, but not all were "
                f"decoded; to do so: python tools/check_data.py {self._config} --full"
            )

    def save(self) -> None:
        """Write down what was decoded, be the folder of the run there or not."""
        self._before.save()

    def _check_files(self, loader: Mapping[str, Any], name: str, stage: str) -> bool:
        """Check the files of a loader; return whether some only were decoded."""
        if repr(loader["dataset"]) in self._seen:
            return False
        self._seen.add(repr(loader["dataset"]))
        some_only = False
        with building(f"stage '{stage}', {name}"):
            reports = check_dataloader(loader, before=self._before)
        for report in reports:
            _check_size(report, loader)
            _try_smallest(report, loader["dataset"])
            say(f"{stage}: {_line(report)}")
            for notice in report.notices:
                say(f"{stage}: {report.name}: {notice}")
            some_only |= report.num_read < report.num_images
        return some_only


def _line(report: DatasetReport) -> str:
    sizes = {"x".join(map(str, s)) for s in (report.smallest, report.largest)}
    labelled = f", {report.num_labels} labels" if report.num_labels else ""
    part = report.num_read < report.num_images
    decoded = f", {report.num_read} of them decoded" if part else ""
    return (
        f"{report.name}: {report.num_images} images{labelled}, "
        f"{' to '.join(sorted(sizes))} pixels{decoded}"
    )


def _check_size(report: DatasetReport, loader: Mapping[str, Any]) -> None:
    if min(report.smallest) >= _SMALLEST_SIDE:
        return
    raise StageError(
        f"{report.name}: {_smallest_image(loader, report.smallest)} is "
        f"{report.smallest[0]}x{report.smallest[1]} pixels. Images below "
        f"{_SMALLEST_SIDE} pixels a side are too small for the network (its features "
        "are an eighth of that), whatever they are scaled to. Remove them, label "
        "included, or fetch them again."
    )


def _smallest_image(loader: Mapping[str, Any], size: tuple[int, int]) -> str:
    """Find the file of that size; only done once it is known that there is one."""
    for node in dicts_in(loader["dataset"]):
        if "data_root" in node:
            dataset = DATASETS.build({**node, "pipeline": []})
            index = _index_of(dataset, size)
            if index is not None:
                return dataset.get_data_info(index)["img_path"]
    return "an image"


def _try_smallest(report: DatasetReport, dataset_cfg: Mapping[str, Any]) -> None:
    """Put the smallest image through the pipeline, whose crop may be larger.

    The first image stands for all that are about as large, so this is done, and the
    file looked for, only where sizes differ much.
    """
    (w, h), (width, height) = report.smallest, report.largest
    pending = any(waits_for_files(node) for node in dicts_in(dataset_cfg))
    if w * h * _MUCH > width * height or pending:
        return
    dataset = DATASETS.build(without_missing_labels(dataset_cfg))
    dataset = getattr(dataset, "datasets", {}).get(report.name, dataset)
    index = _index_of(dataset, report.smallest)
    if index is not None:
        path = dataset.get_data_info(index)["img_path"]
        with building(f"{report.name}: {path}, the smallest image"), seeded(0):
            dataset[index]


def _index_of(dataset: Any, size: tuple[int, int]) -> int | None:
    for index in range(len(dataset)):
        if image_size(dataset.get_data_info(index)["img_path"]) == size:
            return index
    return None
