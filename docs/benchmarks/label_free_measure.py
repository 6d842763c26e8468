"""Measure the networks of a benchmark's file by every score that needs no target label.

What label_free.sh calls; it goes on where it stopped.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmseg.registry import DATASETS
from torch import nn
from torch.utils.data import DataLoader, Subset

import mmseg_uda.parts  # noqa: F401  (registers everything)
from mmseg_uda.benchmark.rows import TASKS, Row, read_rows
from mmseg_uda.datasets.image_files import text_sha256
from mmseg_uda.prediction.build_model import build_model
from mmseg_uda.stages.config.request import Request
from mmseg_uda.stages.plan.resolve import Resolver
from mmseg_uda.utils.atomic_files import write_json
from mmseg_uda.utils.evenly_spaced import evenly_spaced
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, file_hash, load_into

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
#: Images of each set, spread evenly; the labelled ones are those of adaptation.json.
NUM_IMAGES = dict(labelled=100, source=50, images=50)
#: Metrics of training images of the target. Pseudo-labels are those of a row and of the
#: same seed: of the row whose networks score best, and of one with another stage one.
LABEL_FREE = (
    dict(type="LabelFreeMetric"),
    dict(type="ConsistencyMetric"),
    dict(type="ConsistencyMetric", flip=False, scale=0.75, prefix="scale"),
    dict(type="SmoothnessMetric"),
    dict(type="AgreementMetric", pseudo_label_dir="mrnet_lcrf"),
    dict(type="AgreementMetric", pseudo_label_dir="lcda_adv_lcrf", prefix="LCDA+Adv"),
)
#: Scores that differ by no more are those of one network.
_SAME = 0.05


def networks(
    folder: Path, known: Mapping[str, Mapping], rows: Sequence[Row]
) -> Iterator[dict]:
    """Yield the checkpoints of a benchmark's folder that are networks of their own.

    Args:
        folder: Of ``<run>/<stage>/*.pth``.
        known: The benchmark's file: results by run.
        rows: Its rows.
    """
    for run, result in known.items():
        name, seed = run.split("/")
        task = next(task for task in TASKS if f"_{task}" in name)
        row = _row_of(name, task, rows)
        stages = [folder / run / stage for stage in ("stage_two", "train")]
        trained = next((stage for stage in stages if stage.is_dir()), None)
        if trained is None:
            continue
        final, best = result["final"], result["best"]
        adapted = result.get("with_statistics") or final
        found = {"final": (trained, f"iter_{final['iter']}.pth", final)}
        if best["iter"] != final["iter"]:
            found["best"] = (trained, f"best_*_iter_{best['iter']}.pth", best)
        if _score(adapted, task) != _score(final, task):
            # else its last stage ends with them
            place = folder / run / "target_statistics"
            found["statistics"] = (place, "with_target_statistics.pth", adapted)
        for which, (place, pattern, recorded) in found.items():
            for path in sorted(place.glob(pattern)):
                yield dict(
                    run=run,
                    which=which,
                    task=task,
                    seed=int(seed.removeprefix("seed")),
                    row=name,
                    config=str(row.file(CONFIGS, task)),
                    path=path,
                    recorded=_score(recorded, task),
                )


def _row_of(name: str, task: str, rows: Sequence[Row]) -> Row:
    """The row whose config a folder of runs is named after."""
    base = name.partition(f"_{task}")[0]
    return next(row for row in rows if Path(row.config).name == base)


def _score(result: Mapping[str, float], task: str) -> float:
    return result[TASKS[task][0]]


def config_of(path: str, toy_root: str) -> Config:
    """Resolve what the last training of a config is on ToyCity."""
    request = Request(
        config=Path(path), toy=True, toy_root=toy_root, toy_network="pretrained"
    )
    resolver = Resolver(request)
    return resolver.stage_config([s for s in resolver.stages if s.trains][-1])


def scored(
    model: nn.Module, dataset: dict, count: int, metrics: Sequence[dict]
) -> dict:
    """Score a network on so many images of a data set, spread evenly."""
    images = DATASETS.build(dataset)
    subset = Subset(images, evenly_spaced(len(images), count))
    evaluator = Evaluator([dict(metric) for metric in metrics])
    evaluator.dataset_meta = images.metainfo
    for metric in evaluator.metrics:
        if hasattr(metric, "look_at"):
            metric.look_at(model)
    with torch.no_grad():
        for data in DataLoader(subset, collate_fn=pseudo_collate):
            evaluator.process(model.val_step(data), data)
    return evaluator.evaluate(len(subset))


def sets_of(cfg: Config, task: str, held_out: str, toy_root: str) -> dict[str, dict]:
    """Return the three data sets: labelled target, target without labels, source."""
    labelled = cfg.val_dataloader.dataset
    source = config_of(str(CONFIGS / f"source_only/source_only_{task}.py"), toy_root)
    source = copy.deepcopy(source.train_dataloader.dataset.domains.source)
    scale = next(t.scale for t in source.pipeline if t.type == "RandomResize")
    pipeline = copy.deepcopy(labelled.pipeline)
    next(t for t in pipeline if t.type == "Resize")["scale"] = scale
    name = Path(source.data_root).name
    source.update(data_root=str(Path(held_out, name)), pipeline=pipeline)
    images = dict(labelled, type="CityscapesImages", split="train")
    return dict(labelled=labelled, images=images, source=source)


def measured(entry: Mapping, folder: Path, toy_root: str, held_out: str) -> dict:
    """Measure one checkpoint."""
    cfg = config_of(entry["config"], toy_root)
    task = entry["task"]
    model = build_model(cfg)
    load_into(model, entry["path"], ignore=TRAINING_PARTS)
    model.eval()
    sets = sets_of(cfg, task, held_out, toy_root)
    metrics = [dict(metric) for metric in LABEL_FREE]
    for metric in metrics:
        if row := metric.get("pseudo_label_dir"):
            run = folder / f"{row}_{task}" / f"seed{entry['seed']}"
            metric["pseudo_label_dir"] = str(run / "pseudo_labels")
    iou = [cfg.val_evaluator]
    by_set = dict(labelled=iou, source=iou, images=metrics)
    true, source, free = (
        scored(model, sets[name], NUM_IMAGES[name], by_set[name]) for name in by_set
    )
    return {
        "mIoU": _score(true, task),
        "source/mIoU": _score(source, task),
        **{name.removeprefix("label_free/"): value for name, value in free.items()},
    }


def main() -> None:
    """Measure what is not in the file yet, and write it after each network."""
    folder, out, toy_root, held_out, results = map(str, sys.argv[1:6])
    known = json.loads(Path(results).read_bytes())
    rows = read_rows(HERE / "adaptation.yml", CONFIGS)
    file = Path(out)
    done = json.loads(file.read_bytes()) if file.is_file() else {}
    settings = text_sha256(repr((NUM_IMAGES, LABEL_FREE)))
    entries = list(networks(Path(folder), known, rows))
    for number, entry in enumerate(entries, 1):
        key, path = f"{entry['run']}/{entry['which']}", entry["path"]
        made_by = dict(sha256=file_hash(path), settings=settings)
        if made_by.items() <= done.get(key, {}).items():
            continue
        scores = measured(entry, Path(folder), toy_root, held_out)
        kept = {k: v for k, v in entry.items() if k not in ("path", "config", "run")}
        same = abs(scores["mIoU"] - entry["recorded"]) <= _SAME
        done[key] = {**kept, **made_by, "same": same, "scores": scores}
        write_json(file, done)
        print(f"{number}/{len(entries)} {key}: {scores}", flush=True)


if __name__ == "__main__":
    main()
