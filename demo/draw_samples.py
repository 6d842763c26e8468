"""Draw the demo's validation images: truth, predictions, confidence, Lipschitzness."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from PIL import Image
from rich.progress import track
from torch import nn
from torch.utils.data import Dataset

from mmseg_uda.registry import DATASETS, MODELS
from mmseg_uda.visualization import SampleMaps, Tile, panels, sample_maps
from mmseg_uda.visualization.images import read_image
from mmseg_uda.visualization.panels import accuracy, confidence_tile
from mmseg_uda.visualization.sheet import class_legend, draw_sheet
from mmseg_uda.weights.checkpoints import load_into


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
    truth = sample.gt_sem_seg.data[0].numpy()
    classes, palette = dataset.metainfo["classes"], dataset.metainfo["palette"]
    image = read_image(sample.img_path)
    source_only = panels(image, before, palette, truth)
    adapted = panels(image, after, palette, truth)

    tiles = [
        adapted["image"],
        adapted["truth"],
        Tile(
            f"source-only: {accuracy(before.labels, truth)}",
            source_only["semantic"].image,
        ),
        Tile(
            f"MRNet+LCRF: {accuracy(after.labels, truth)}",
            adapted["semantic"].image,
        ),
        confidence_tile(after, of="LCRF"),
        adapted["lipschitz"],
    ]
    legend = class_legend(classes, palette, width=3 * 392 - 8)
    return draw_sheet(tiles, columns=3, footers=[legend])


def main() -> None:
    """Draw every validation image."""
    args = parse_args()
    init_default_scope("mmseg")
    _, before = load_stage(args.work_dir / "source_only/stage_one")
    config, after = load_stage(args.work_dir / "mrnet_lcrf/stage_two")
    dataset = DATASETS.build(config.val_dataloader.dataset)
    models = before, after
    out = args.work_dir / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    count = min(len(dataset), args.limit or len(dataset))
    for index in track(range(count), description="drawing"):
        data = pseudo_collate([dataset[index]])
        maps = [sample_maps(model, data, draws=0, seed=index) for model in models]
        sheet = draw(data, dataset, *maps)
        name = Path(data["data_samples"][0].img_path).stem
        Image.fromarray(sheet).save(out / f"{name}.png")
    print(f"{count} pictures in {out}")


if __name__ == "__main__":
    main()
