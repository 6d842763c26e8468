"""``mmseg-uda check``: shares of the classes, what could be better, and folders."""

import os

import pytest
from test_init import ABC, folders  # noqa: F401  (a fixture)

from mmseg_uda.commands.check_data import main, parse_args

ABC_FOLDERS = ABC[: ABC.index("--out")]
CONFIG = """
_base_ = "mmseg_uda::_base_/own/{method}.py"
own = dict(
    metainfo=dict(classes=("wall", "crack")),
    num_classes=2,
    source=dict(
        type="LabelledFolder", data_root="a", label_dir="masks",
        image_suffix="_rgb.jpg", label_suffix="_mask.png", label_map={{0: 0, 255: 1}},
    ),
    target=dict(type="UnlabelledFolder", data_root="b"),
    scale=(128, 96),
    crop_size=(64, 64),
    iters=40,{more}
)
"""


def write(folder, method="source_only", more=""):
    path = folder / "mine.py"
    path.write_text(CONFIG.format(method=method, more=more))
    return str(path)


def test_folders__are_looked_at_and_nothing_is_written(folders, capsys):  # noqa: F811
    before = sorted(folders.rglob("*"))
    assert not main([*ABC_FOLDERS, "--iters", "20"])
    said = capsys.readouterr().out
    for words in (
        "no GPU",
        "4 images",
        "labels: ",
        "plan:",
        "`mmseg-uda init` with --out",
    ):
        assert words in said
    assert sorted(folders.rglob("*")) == before


def test_shares__are_those_of_the_masks(folders, capsys):  # noqa: F811
    assert main([write(folders)]) == 0
    rows = [r.split("|") for r in capsys.readouterr().out.splitlines() if "| " in r]
    shares = {r[1].strip(): r[2].strip() for r in rows if len(r) == 4}
    assert shares["class"] == "train, source"
    wall, crack = float(shares["wall"]), float(shares["crack"])
    # a line of three rows and one of two columns, in 96x128 pixels
    assert crack == pytest.approx(100 * (3 * 128 + 2 * 93) / (96 * 128), rel=0.05)
    assert wall + crack == pytest.approx(100, abs=0.1)


def test_advice__rare_classes_are_told_until_they_are_weighted(
    folders,  # noqa: F811
    capsys,
    monkeypatch,
):
    monkeypatch.setattr("mmseg_uda.commands.advice._RARE", 0.1)
    config = write(folders)
    assert main([config]) == 0
    said = capsys.readouterr().out
    told = next(line for line in said.splitlines() if "are rare" in line)
    assert "classes of 'source' are rare: crack (" in told
    options = told.split("--cfg-options ")[1].split()
    assert main([config, "--cfg-options", *options]) == 0
    assert "are rare" not in capsys.readouterr().out


def test_advice__workers_validation_and_length(folders, capsys):  # noqa: F811
    more = f"\n    num_workers={len(os.sched_getaffinity(0)) + 3},"
    config = write(folders, "mrnet", more)
    assert main([config, "--cfg-options", "train_cfg.max_iters=1"]) == 0
    said = capsys.readouterr().out
    assert "processes load images on" in said
    assert "nothing is validated" in said
    assert "iterations are too few for parts of this config" in said


def test_advice__frequencies_that_differ(folders, capsys):  # noqa: F811
    import numpy as np
    from PIL import Image

    for path in (folders / "c/masks").glob("*.png"):
        mask = np.zeros((96, 128), np.uint8)
        mask[:80] = 255
        Image.fromarray(mask).save(path)
    val = (
        "\n    val=dict(type='LabelledFolder', data_root='c', label_dir='masks',"
        " image_suffix='_rgb.jpg', label_suffix='_mask.png',"
        " label_map={0: 0, 255: 1}),"
    )
    assert main([write(folders, more=val)]) == 0
    said = capsys.readouterr().out
    assert "crack: more than 10 times as frequent in one of 'train, source'" in said
    assert "nothing is validated" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "a config is missing, or, for folders, --source-images"),
        (["--source-images", "a"], "--source-labels, --target-images"),
        (["mine.py", "--target-images", "b"], "a config names its folders"),
        ([*ABC_FOLDERS, "--target-val-images", "c"], "belong together"),
    ],
)
def test_arguments__config_or_folders(folders, capsys, arguments, words):  # noqa: F811
    write(folders)
    with pytest.raises(SystemExit):
        main(arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("words", [["a/images", "b"], ["a"]])
def test_check__folders_without_options(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/images").mkdir(parents=True)
    with pytest.raises(SystemExit, match="2"):
        parse_args(words)
    assert "--source-images DIR --source-labels DIR" in capsys.readouterr().err
