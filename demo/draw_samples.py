"""Draw the demo's validation images: truth, predictions, confidence, Lipschitzness."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from PIL import Image
from rich.progress import track
from torch import nn
from torch.utils.data import Dataset

from mmseg_uda.checkpoints import load_into
from mmseg_uda.registry import DATASETS, MODELS
from mmseg_uda.visualization import (
    SampleMaps,
    Tile,
    class_legend,
    colorize_labels,
    draw_sheet,
    heat_map,
    sample_maps,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work-dir", type=Path, required=True, help="the demo's folder"
    )
    parser.add_argument("--limit", type=int, help="draw only the first so many images")
    return parser.parse_args()


def load_stage(folder: Path) -> tuple[Config, nn.Module]:
    """Config and trained model of a finished training stage."""
    done = json.loads((folder / "done.json").read_text())
    (resolved,) = folder.glob("*.py")
    config = Config.fromfile(resolved)
    model = MODELS.build(config.model).eval()
    load_into(model, str(folder / done["checkpoint"]))
    return config, model


def draw(data: dict, dataset: Dataset, before: SampleMaps, after: SampleMaps):
    """One sheet: image, truth, both predictions, and the adapted model's two maps."""
    (sample,) = data["data_samples"]
    image = cv2.imread(sample.img_path, cv2.IMREAD_COLOR)
    truth = sample.gt_sem_seg.data[0].numpy()
    classes, palette = dataset.metainfo["classes"], dataset.metainfo["palette"]

    brightest = float(np.quantile(after.lipschitz, 0.995))

    def colors(labels: np.ndarray) -> np.ndarray:
        return colorize_labels(labels, palette)

    def accuracy(labels: np.ndarray) -> str:
        valid = truth != 255
        return f"{100 * (labels == truth)[valid].mean():.0f}% of pixels right"

    tiles = [
        Tile("image", cv2.cvtColor(image, cv2.COLOR_BGR2RGB)),
        Tile("ground truth (black: not scored)", colors(truth)),
        Tile(f"source-only: {accuracy(before.labels)}", colors(before.labels)),
        Tile(f"MRNet+LCRF: {accuracy(after.labels)}", colors(after.labels)),
        Tile("confidence of MRNet+LCRF, 0 to 1", heat_map(after.confidence, 0, 1)),
        Tile(
            f"Lipschitz map, 0 to {brightest:.2g} nats (bright: unstable)",
            heat_map(after.lipschitz, 0, brightest),
        ),
    ]
    legend = class_legend(classes, palette, width=3 * 392 - 8)
    return draw_sheet(tiles, columns=3, footer=legend)


def main() -> None:
    """Draw every validation image."""
    args = parse_args()
    init_default_scope("mmseg")
    _, before = load_stage(args.work_dir / "source_only/train")
    config, after = load_stage(args.work_dir / "mrnet_lcrf/stage_two")
    dataset = DATASETS.build(config.val_dataloader.dataset)
    out = args.work_dir / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    count = min(len(dataset), args.limit or len(dataset))
    for index in track(range(count), description="drawing"):
        torch.manual_seed(index)  # the noise of the Lipschitz map
        data = pseudo_collate([dataset[index]])
        sheet = draw(data, dataset, sample_maps(before, data), sample_maps(after, data))
        name = Path(data["data_samples"][0].img_path).stem
        Image.fromarray(sheet).save(out / f"{name}.png")
    print(f"{count} pictures in {out}")


if __name__ == "__main__":
    main()
