"""Ids in a band of several, with a mark for no label, and with a table of classes."""

import numpy as np
import pytest
import rasterio
from PIL import Image

from mmseg_uda.datasets import LabelledFolder
from mmseg_uda.datasets.label_formats import IndexLabels

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"
)
IDS = np.random.default_rng(0).integers(0, 4, (33, 50))


def write(path, *bands, nodata=None, dtype="int16"):
    """Write a GeoTIFF as GIS programs do: tiled, compressed."""
    profile = dict(driver="GTiff", width=50, height=33, count=len(bands), dtype=dtype)
    more = dict(tiled=True, blockxsize=16, blockysize=16, compress="lzw", nodata=nodata)
    with rasterio.open(path, "w", **profile, **more) as file:
        for number, band in enumerate(bands, 1):
            file.write(band.astype(dtype), number)
    return path


@pytest.mark.parametrize("band", [1, 2, 3])
def test_band__of_several(tmp_path, band):
    others = [np.full(IDS.shape, 9)] * 2
    others.insert(band - 1, IDS)
    path = write(tmp_path / "a.tif", *others, dtype="uint8")
    assert np.array_equal(IndexLabels(band=band).read(path), IDS)


def test_band__that_is_not_there(tmp_path):
    path = write(tmp_path / "a.tif", IDS, IDS)
    with pytest.raises(ValueError, match=r"a.tif has 2 band\(s\), no 3"):
        IndexLabels(band=3).read(path)
    with pytest.raises(ValueError, match="counted from 1, got 0"):
        IndexLabels(band=0)
    with pytest.raises(ValueError, match="got '2'"):
        IndexLabels(band="2")
    with pytest.raises(ValueError, match=r"nodata is a number, .* got '-9999'"):
        IndexLabels(nodata="-9999")


def test_several_bands__tell_the_option(tmp_path):
    path = write(tmp_path / "a.tif", IDS, IDS + 1)
    with pytest.raises(ValueError, match=r"type='IndexLabels', band=1\)"):
        IndexLabels().read(path)


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("int16", -9999),
        ("int8", -1),
        ("uint8", 0),
        ("uint16", 65535),
        ("float32", float("nan")),
        ("float32", -3.4028234663852886e38),
        ("float64", -9999.5),
    ],
)
def test_nodata__is_read_as_255(tmp_path, dtype, nodata):
    values = (IDS + 1).astype(dtype)
    values[5:9, 7:11] = nodata
    path = write(tmp_path / "a.tif", values, nodata=nodata, dtype=dtype)
    expected = IDS + 1
    expected[5:9, 7:11] = 255
    ids = IndexLabels(nodata=nodata).read(path)
    assert ids.dtype.kind in "iu"
    assert np.array_equal(ids, expected)


@pytest.mark.parametrize(
    ("dtype", "nodata", "said"),
    [
        ("int16", -9999, r"nodata=-9999\)"),
        ("float32", float("nan"), r"nodata=float\('nan'\)\)"),
    ],
)
def test_nodata__is_told_where_it_is_not_named(tmp_path, dtype, nodata, said):
    values = IDS.astype(dtype)
    values[0, 0] = nodata
    path = write(tmp_path / "a.tif", values, nodata=nodata, dtype=dtype)
    with pytest.raises(ValueError, match=said):
        IndexLabels().read(path)


def test_nodata__is_no_class(folder):
    with pytest.raises(ValueError, match="nodata as 255, which is a class here"):
        LabelledFolder(
            str(folder),
            metainfo=dict(classes=("a", "b")),
            label_map={0: 0, 255: 1},
            label_format=dict(type="IndexLabels", nodata=-9999),
        )


def test_band__of_a_wide_gray_png_with_alpha(tmp_path):
    Image.fromarray(IDS.astype(np.uint8)).save(tmp_path / "gray.png")
    alpha = np.full(IDS.shape, 300, np.uint16)
    with rasterio.open(
        tmp_path / "a.png", "w", driver="PNG", width=50, height=33, count=2,
        dtype="uint16",
    ) as file:  # fmt: skip
        file.write(IDS.astype(np.uint16), 1)
        file.write(alpha, 2)
    assert np.array_equal(IndexLabels(band=1).read(tmp_path / "a.png"), IDS)
    assert np.array_equal(IndexLabels(band=2).read(tmp_path / "a.png"), alpha)


TABLE = "Pixel Value, Class\n0, background\n1, car\n2, lane\n3, dog\n"


@pytest.fixture
def folder(tmp_path):
    """Labels of Roboflow's kind: ids, and a table of their classes beside them."""
    for number in range(2):
        for kind, pixels in (("images", np.dstack([IDS * 60] * 3)), ("labels", IDS)):
            path = tmp_path / kind / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(path)
    (tmp_path / "_classes.csv").write_text(TABLE)
    return tmp_path


def test_table__of_semicolons_as_of_commas(folder):
    expected = dataset(folder)[0]["gt_seg_map"]
    (folder / "_classes.csv").write_text(TABLE.replace(",", ";"))
    assert np.array_equal(dataset(folder)[0]["gt_seg_map"], expected)
    assert len(np.unique(expected)) > 2


def dataset(folder, classes=("car", "road", "background"), **options):
    merge = {"lane": "road", "dog": "ignore"}
    options = {"table": "_classes.csv", "merge": merge} | options
    return LabelledFolder(
        str(folder),
        metainfo=dict(classes=classes),
        label_format=dict(type="IndexLabels", **options),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadLabels")],
    )


def test_table__says_what_ids_mean(folder):
    expected = np.array([2, 0, 1, 255])[IDS]
    assert np.array_equal(dataset(folder)[1]["gt_seg_map"], expected)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (None, {"merge": {"lane": "road"}}, "names the class 'dog', which is none"),
        (None, {"merge": {"cat": "road"}}, "merge names cat, .*_classes.csv has: back"),
        ("a,b\n1,2\n", {}, "expected a CSV with the columns Pixel Value and Class"),
        ("Pixel Value,Class\nx,car\n", {"merge": None}, "is no whole number"),
        ("Pixel Value,Class\n1,car\n1,road\n", {"merge": None}, "pixel value 1 twice"),
    ],
)
def test_table__what_is_wrong_is_told(folder, text, options, said):
    if text is not None:
        (folder / "_classes.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        dataset(folder, **options)


def test_table__missing(folder):
    with pytest.raises(FileNotFoundError, match="no table of classes"):
        dataset(folder, table="train/_classes.csv")


def test_table__has_no_label_map_beside_it(folder):
    with pytest.raises(ValueError, match="label_map is of ids, but IndexLabels names"):
        LabelledFolder(
            str(folder),
            label_map={0: 0},
            label_format=dict(type="IndexLabels", table="_classes.csv"),
        )
    with pytest.raises(ValueError, match="there is no table"):
        IndexLabels(merge={"a": "b"})
