"""Draw ToyCity's source beside its translations, and the target they imitate."""

from __future__ import annotations

import argparse
from pathlib import Path

from mmseg_uda.datasets.folders import list_files
from mmseg_uda.visualization.images import read_image
from mmseg_uda.visualization.picture_files import write_picture
from mmseg_uda.visualization.sheet import Tile, draw_sheet

SOURCE, TARGET = "gta5/images", "cityscapes/leftImg8bit/train"
TILE_WIDTH = 224


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "translated",
        nargs="+",
        metavar="NAME=DIR",
        help="folders of tools/translate_dataset.py or a TranslateStage, by caption",
    )
    parser.add_argument("--toy-root", type=Path, default=Path("data/toycity"))
    parser.add_argument(
        "--out", type=Path, default=Path("docs/images/translations.png")
    )
    parser.add_argument(
        "--images", type=int, nargs="+", default=[3, 11, 77], help="which, by number"
    )
    args = parser.parse_args()
    wrong = [given for given in args.translated if "=" not in given]
    if wrong:
        parser.error(f"expected NAME=DIR, such as IT=work_dirs/it, got {wrong[0]!r}")
    return args


def main() -> None:
    """Draw the sheet: a row for each image."""
    args = parse_args()
    folders = dict(given.split("=", 1) for given in args.translated)
    sources = list(list_files(args.toy_root / SOURCE, (".png",)).values())
    targets = list(list_files(args.toy_root / TARGET, (".png",)).values())
    tiles = []
    for index in args.images:
        name = sources[index]
        paths = {"source": args.toy_root / SOURCE / name}
        for caption, folder in folders.items():
            paths[caption] = (Path(folder) / "images" / name).with_suffix(".png")
        paths["target"] = args.toy_root / TARGET / targets[index]
        tiles += [Tile(caption, read_image(path)) for caption, path in paths.items()]
    columns = len(folders) + 2
    sheet = draw_sheet(tiles, columns=columns, tile_width=TILE_WIDTH)
    write_picture(args.out, sheet, f"{[*folders]}, images {args.images}")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
