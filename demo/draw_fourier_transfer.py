"""Draw ToyCity's source with the low frequencies of its target (FDA)."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from mmseg_uda.datasets.folders import list_files
from mmseg_uda.models.views import FourierTransfer
from mmseg_uda.visualization.images import read_image
from mmseg_uda.visualization.picture_files import write_picture

HEIGHT, WIDTH = 64, 128  # what --toy trains on
FREQUENCIES = (1, 3, 5)
SCALE = 2


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toy-root", type=Path, default=Path("data/toycity"))
    parser.add_argument(
        "--out", type=Path, default=Path("docs/images/fourier_transfer.png")
    )
    parser.add_argument(
        "--images", type=int, nargs="+", default=[3, 11, 77], help="which, by number"
    )
    return parser.parse_args()


def load(folder: Path, index: int) -> torch.Tensor:
    """Load an image as (1, 3, H, W), 0..255, RGB."""
    name = list(list_files(folder, (".png",)).values())[index]
    image = Image.fromarray(read_image(folder / name))
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float()


def draw_row(source: torch.Tensor, target: torch.Tensor) -> np.ndarray:
    """One row: source, its translations, target; (H, W', 3), uint8."""
    parts = [FourierTransfer(beta=b / HEIGHT) for b in FREQUENCIES]
    images = [source, *(part.transfer(source, target) for part in parts), target]
    row = torch.cat(images, dim=3)[0].permute(1, 2, 0)
    return row.round().clamp(0, 255).byte().numpy()


def main() -> None:
    """Draw the sheet."""
    args = parse_args()
    folders = ("gta5/images", "cityscapes/leftImg8bit/train")
    rows = [
        draw_row(*(load(args.toy_root / folder, index) for folder in folders))
        for index in args.images
    ]
    sheet = np.concatenate(rows).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    write_picture(args.out, sheet, f"images {args.images}, frequencies {FREQUENCIES}")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
