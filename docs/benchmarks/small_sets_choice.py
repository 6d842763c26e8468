"""Which score tells whether a network should have the target's statistics?

Usage: ``python docs/benchmarks/small_sets_choice.py [FOLDER]``, after small_sets.py
with the same folder. Every network that a stage one ended with is scored with the batch
norm statistics that it came with and with the target's; writes small_sets_choice.json,
which keeps what is in it.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmseg_uda.datasets.preflight import check_dataset
from mmseg_uda.evaluation.label_free.scores import (
    certainty,
    information_maximisation,
)
from mmseg_uda.prediction.build_model import build_model
from mmseg_uda.prediction.load_networks import load_networks
from mmseg_uda.prediction.target_images import domain_images, inference_pipeline
from mmseg_uda.statistics import adapt_statistics
from mmseg_uda.statistics.image_batches import ImageBatches
from mmseg_uda.statistics.predicted_shares import distance_of_shares
from mmseg_uda.weights.checkpoints import TRAINING_PARTS

HERE = Path(__file__).parent
RESULTS = HERE / "small_sets_choice.json"
METHODS = ("mrnet_lcrf", "lcda_lcrf")
SETS = ("vessels", "fields", "nuclei")
SEEDS = (0, 1, 2)


def main(folder: Path) -> None:
    """Score all networks that there are."""
    found = json.loads(RESULTS.read_text())["networks"] if RESULTS.exists() else []
    known = {(one["set"], one["method"], one["seed"]) for one in found}
    for name, method, seed in product(SETS, METHODS, SEEDS):
        run = folder / "runs" / f"{name}_{method}" / f"seed{seed}" / "stage_one"
        if (name, method, seed) not in known and (run / "done.json").exists():
            print(run, flush=True)
            about = {"set": name, "method": method, "seed": seed}
            found.append({**about, **scores_of(run)})
    RESULTS.write_text(json.dumps({"networks": found}, indent=1) + "\n")


@torch.no_grad()
def scores_of(run: Path) -> dict:
    """Return the scores of a network, by whose statistics it has."""
    cfg = Config.fromfile(next(run.glob("*/vis_data/config.py")))
    init_default_scope("mmseg")
    checkpoint = max(run.glob("iter_*.pth"), key=lambda file: int(file.stem[5:]))
    model = build_model(cfg).eval()
    load_networks(model, [checkpoint], ignore=TRAINING_PARTS)
    images = domain_images(cfg, "target", inference_pipeline(cfg), "are looked at")
    (source,) = check_dataset(cfg.train_dataloader.dataset.domains.source)
    usual = (source.pixels / source.pixels.sum()).tolist()
    scores = {"own": _scores(cfg, model, images, usual)}
    adapt_statistics(model, images)
    return {**scores, "target": _scores(cfg, model, images, usual)}


def _scores(cfg: Config, model, images, usual: list[float]) -> dict:
    means, sure = [], []
    for batch in ImageBatches(images, 1, 0):
        for part in batch:
            for sample in model.test_step(part):
                probs = sample.seg_logits.data.double().softmax(0).flatten(1)
                means.append(probs.mean(1))
                sure.append(certainty(probs).mean())
    mean, certain = torch.stack(means).mean(0), torch.stack(sure).mean()
    return {
        "mIoU": _miou(cfg, model),
        "information": float(information_maximisation(mean, certain)),
        "certainty": float(certain),
        "distance": distance_of_shares(mean, usual),
        "shares": [round(float(share), 4) for share in mean],
    }


def _miou(cfg: Config, model) -> float:
    """Return the mIoU on the validation images, in percent, by its definition."""
    data = DATASETS.build(cfg.val_dataloader.dataset)
    number = len(data.metainfo["classes"])
    counts = np.zeros((number, number))
    for index in range(len(data)):
        for sample in model.test_step(pseudo_collate([data[index]])):
            truth = sample.gt_sem_seg.data[0].numpy()
            predicted = sample.pred_sem_seg.data[0].numpy()
            np.add.at(counts, (truth[truth < number], predicted[truth < number]), 1)
    both = np.diag(counts)
    return 100 * float(np.mean(both / (counts.sum(0) + counts.sum(1) - both)))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "work_dirs/small_sets").absolute())
