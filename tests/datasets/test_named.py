"""Data sets that are known by name, drawn as the table says that they lie."""

from pathlib import Path

import numpy as np
import pytest
from mmseg.registry import DATASETS
from named_downloads import draw, save, values

from mmseg_uda.datasets.folders import as_tuple
from mmseg_uda.datasets.label_maps import CITYSCAPES_CLASSES
from mmseg_uda.datasets.named import TABLE

LABELLED = [
    (name, split, part)
    for name, entry in TABLE.items()
    for split in entry.labelled
    for part in (None, *entry.parts)
    # the twilight and day of Dark Zurich have no labels
    if not (name == "dark_zurich" and part in ("twilight", "day"))
]
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]


def build(kind, name, root, **options):
    return DATASETS.build(dict(type=kind, name=name, data_root=str(root), **options))


@pytest.mark.parametrize(("name", "split", "part"), LABELLED)
def test_named_folder__reads_the_download(tmp_path, name, split, part):
    entry = TABLE[name]
    draw(tmp_path, entry, split, part)
    data = build(
        "NamedFolder", name, tmp_path, split=split, part=part, pipeline=PIPELINE
    )
    assert len(data) == 2 * max(
        1, len(entry.inner_folders(entry.layouts[0], split, part))
    )
    sample = data[0]
    assert sample["gt_seg_map"].tolist() == [list(range(len(entry.classes)))] * 4
    assert data.metainfo["classes"] == entry.classes


@pytest.mark.parametrize("name", TABLE)
def test_named_images__see_no_label(tmp_path, name):
    entry = TABLE[name]
    split = next(iter(entry.splits))
    draw(tmp_path, entry, split)
    data = build("NamedImages", name, tmp_path, split=split)
    assert len(data) >= 2
    assert all("seg_map_path" not in data.get_data_info(i) for i in range(len(data)))
    listed = [data.get_data_info(i)["img_path"] for i in range(len(data))]
    ends = as_tuple(entry.layout(tmp_path, split, None).label_suffix)
    among = entry.layouts[0].labels == entry.layouts[0].images
    assert not among or not any(path.endswith(ends) for path in listed)


def test_named_folder__older_layout_of_bdd(tmp_path):
    entry = TABLE["bdd100k"]
    draw(
        tmp_path,
        entry,
        "val",
        layout=entry.__class__.layout(entry, tmp_path, "val", None),
    )
    (tmp_path / "images").rename(tmp_path / "gone")
    old = entry.layouts[1]
    row = np.array([values(entry)], np.uint8)
    for folder, end, array in (
        (old.images, ".jpg", np.zeros((1, 19, 3), np.uint8)),
        (old.labels, "_train_id.png", row),
    ):
        save(tmp_path / folder.format(split="val") / f"a{end}", array)
    assert len(build("NamedFolder", "bdd100k", tmp_path, split="val")) == 1


def test_named_folder__one_condition_alone(tmp_path):
    entry = TABLE["acdc"]
    draw(tmp_path, entry, "train")
    data = build("NamedImages", "acdc", tmp_path, part="night")
    paths = [data.get_data_info(i)["img_path"] for i in range(len(data))]
    assert len(paths) == 2
    assert all("/night/train/" in path for path in paths)


def test_named_folder__a_condition_that_is_missing(tmp_path):
    draw(tmp_path, TABLE["acdc"], "train", "night")
    with pytest.raises(FileNotFoundError, match=r"nothing in .*rgb_anon/fog/train/"):
        build("NamedFolder", "acdc", tmp_path)


def test_named_folder__ignored_values(tmp_path):
    for name, value in (("loveda", 0), ("mapillary", 65), ("foggy_cityscapes", 9)):
        entry = TABLE[name]
        assert entry.lut(entry.classes)[value] == 255


def test_named_folder__a_subset_of_classes():
    lut = TABLE["mapillary"].lut(("car", "road"))
    assert [lut[v] for v in (13, 24, 55, 17)] == [1, 1, 0, 255]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(name="acdd"), "unknown name 'acdd'.*Did you mean 'acdc'"),
        (dict(name="acdc", split="eval"), "unknown split of ACDC 'eval'"),
        (dict(name="acdc", part="dusk"), "unknown part of ACDC 'dusk'"),
        (dict(name="drive", part="night"), "DRIVE has no parts"),
        (
            dict(name="dark_zurich"),
            "has labels of val, got split='train': .*NamedImages",
        ),
        (
            dict(name="loveda", metainfo=dict(classes=("car",))),
            "LoveDA has no class car",
        ),
    ],
)
def test_named_folder__refuses(tmp_path, options, said):
    with pytest.raises(ValueError, match=rf"(?s){said}"):
        build("NamedFolder", root=tmp_path, **options)


@pytest.mark.parametrize("kind", ["NamedFolder", "NamedImages"])
def test_named_folder__some_of_its_images(tmp_path, kind):
    draw(tmp_path, TABLE["stare"], "train", count=20)
    first = build(kind, "stare", tmp_path, indices=12)
    last = build(kind, "stare", tmp_path, indices=-8)
    names = [
        Path(data.get_data_info(i)["img_path"]).name
        for data in (first, last)
        for i in range(len(data))
    ]
    assert names == [f"{i:02d}.ppm" for i in range(1, 21)]
    with pytest.raises(ValueError, match=r"indices=-21, but .* holds 20 images"):
        build(kind, "stare", tmp_path, indices=-21)
    for folder, end in (("stare-images", ".ppm"), ("labels-ah", ".ah.ppm")):
        (tmp_path / folder / f"03{end}").unlink()
    with pytest.raises(ValueError, match=r"some of its 20 images, .* holds 19"):
        build(kind, "stare", tmp_path, indices=12)
    assert len(build(kind, "stare", tmp_path)) == 19
    draw(tmp_path, TABLE["acdc"], "train")  # has splits; a few images will do to try
    assert len(build(kind, "acdc", tmp_path, indices=3)) == 3


def test_named_folder__nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)does not exist.*_rgb_anon\.png"):
        build("NamedFolder", "acdc", tmp_path)


def test_table__is_whole():
    for entry in TABLE.values():
        assert set(entry.labelled) <= set(entry.splits)
        assert entry.page.startswith("http")
        assert not entry.palette or len(entry.palette) == len(entry.classes)
        assert entry.ids in ("trainIds", "labelIds") or set(entry.ids.values()) - {
            "ignore"
        } == set(entry.classes)
        if isinstance(entry.ids, str):
            assert entry.classes == CITYSCAPES_CLASSES


def test_table__stands_in_the_docs():
    text = (Path(__file__).parents[2] / "docs/data.md").read_text()
    text = text.split("## Data sets by name")[1].split("\n## ")[0]
    for name, entry in TABLE.items():
        (row,) = (
            line for line in text.splitlines() if line.startswith(f"| `{name}` |")
        )
        assert f"[{entry.title}]({entry.page})" in row
        assert entry.layouts[0].images in row
        for suffix in as_tuple(entry.layouts[0].image_suffix):
            assert suffix in row
        for split in entry.splits:
            alone = split not in entry.labelled
            assert f"{split} (images alone)" in row or not alone
