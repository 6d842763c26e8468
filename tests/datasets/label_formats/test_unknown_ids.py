"""Ids that no table names, where they are a class together."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.datasets.label_maps import custom_lut

IDS = np.array([[0, 1, 2, 9], [254, 255, 256, 65535], [65536, 70000, 2**31 - 1, 0]])


def folder(root, **options):
    """A set of one image with the label IDS."""
    for name in ("images", "labels"):
        (root / name).mkdir()
    Image.fromarray(np.zeros(IDS.shape, np.uint8)).save(root / "images/a.png")
    tifffile.imwrite(root / "labels/a.tif", IDS.astype(np.uint32))
    label_format = dict(type="IndexLabels", **options.pop("label_format", {}))
    return LabelledFolder(
        str(root),
        label_suffix=".tif",
        label_format=label_format,
        metainfo=dict(classes=("ground", "tree", "cell")),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
        **options,
    )


@pytest.mark.parametrize(
    ("unknown", "label_map", "expected"),
    [
        ("cell", {0: 0}, np.where(IDS == 0, 0, 2)),
        ("cell", None, np.where(IDS < 2, IDS, 2)),
        ("cell", {0: 0, 255: 255}, np.where(IDS == 0, 0, np.where(IDS == 255, 255, 2))),
        ("ground", {9: 1, 65535: 2}, [[0, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 0]]),
        ("ignore", {0: 2}, np.where(IDS == 0, 2, 255)),
    ],
)
def test_unknown__is_a_class(tmp_path, unknown, label_map, expected):
    made = folder(tmp_path, label_format=dict(unknown=unknown), label_map=label_map)
    assert np.array_equal(made[0]["gt_seg_map"], expected)


def test_unknown__beside_a_table(tmp_path):
    (tmp_path / "_classes.csv").write_text("Pixel Value, Class\n0, ground\n9, tree\n")
    options = dict(table="_classes.csv", unknown="cell")
    expected = np.where(IDS == 0, 0, np.where(IDS == 9, 1, 2))
    made = folder(tmp_path, label_format=options)
    assert np.array_equal(made[0]["gt_seg_map"], expected)


def test_unknown__that_is_no_class(tmp_path):
    with pytest.raises(ValueError, match="unknown names the class 'dog', which is"):
        folder(tmp_path, label_format=dict(unknown="dog"))


def test_unknown__goes_with_no_data_where_255_is_ignored(tmp_path):
    options = dict(unknown="cell", nodata=9)
    with pytest.raises(ValueError, match="reads nodata as 255, which is a class"):
        folder(tmp_path, label_format=options)
    for name in ("images", "labels"):
        (tmp_path / name / f"a.{'png' if name == 'images' else 'tif'}").unlink()
        (tmp_path / name).rmdir()
    made = folder(tmp_path, label_format=options, label_map={0: 0, 255: 255})
    expected = np.where(IDS == 0, 0, np.where((IDS == 9) | (IDS == 255), 255, 2))
    assert np.array_equal(made[0]["gt_seg_map"], expected)


def test_unknown__is_an_error_unless_said(tmp_path):
    made = folder(tmp_path, label_map={0: 0})
    with pytest.raises(ValueError, match="outside of the label map"):
        made[0]
    advice = made.advise_on_values([0, 9, 70_000])
    assert "label_format=dict(type='IndexLabels', unknown=NAME)" in advice


def test_custom_lut__unlisted():
    lut = custom_lut({0: 1, 7: 255}, 2, unlisted=0)
    assert (lut[0], lut[7], lut[255], lut[65535]) == (1, 255, 0, 0)
