"""Predictions of GeoTIFFs lie where the images lie; rasterio reads them."""

import numpy as np
import pytest
import rasterio
import tifffile
from in_process import call
from PIL import Image
from rasterio.crs import CRS
from rasterio.transform import Affine, from_origin

from mmseg_uda.prediction.georeference import as_geotiff, georeference

PLACES = {
    "north up": from_origin(500_000.25, 5_400_000.5, 0.5, 0.5),
    "turned": Affine(0.4, 0.3, 500_000.25, 0.3, -0.4, 5_400_000.5),
}


def write_geotiff(path, pixels, transform, crs="EPSG:32633"):
    height, width = pixels.shape[:2]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=height,
        width=width,
        count=3,
        dtype="uint8",
        crs=crs,
        transform=transform,
        photometric="RGB",
        compress="lzw",
    ) as file:
        file.write(pixels.transpose(2, 0, 1))


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)


@pytest.mark.parametrize("place", PLACES)
def test_mask__has_place_and_system_of_the_image(tmp_path, pixels, place):
    write_geotiff(tmp_path / "a.tif", pixels, PLACES[place])
    mask = pixels[..., 0] // 64
    content = as_geotiff(mask, georeference(tmp_path / "a.tif"))
    (tmp_path / "mask.tif").write_bytes(content)
    with rasterio.open(tmp_path / "mask.tif") as file:
        assert file.crs == CRS.from_epsg(32633)
        assert file.transform.almost_equals(PLACES[place])
        assert np.array_equal(file.read(1), mask)
        assert file.count == 1


def test_images_without_place__have_no_tags(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "b.tif", pixels)
    assert georeference(tmp_path / "a.png") == georeference(tmp_path / "b.tif") == []


def test_images_that_a_tag_turns__have_none(tmp_path, pixels):
    write_geotiff(tmp_path / "a.tif", pixels, PLACES["north up"])
    tags = georeference(tmp_path / "a.tif")
    turned = [*tags, (274, 3, 1, 6, True)]
    tifffile.imwrite(tmp_path / "b.tif", pixels, extratags=turned)
    assert tags
    assert georeference(tmp_path / "b.tif") == []


def test_tool__writes_geotiffs_for_geotiffs_and_goes_on(setting, monkeypatch, pixels):
    monkeypatch.chdir(setting)
    (setting / "mixed").mkdir()
    write_geotiff(setting / "mixed/geo.tif", pixels, PLACES["north up"])
    Image.fromarray(pixels).save(setting / "mixed/plain.png")
    arguments = [
        "tools/predict.py",
        "tiny.py",
        "tiny.pth",
        "mixed",
        "--out",
        "out",
        "--overlay",
        "--confidence",
        "--device",
        "cpu",
    ]
    assert call(monkeypatch, *arguments) == 0
    files = {
        p.relative_to(setting / "out").as_posix()
        for p in (setting / "out").rglob("geo.*")
    }
    assert files == {
        "labels/geo.tif",
        "confidence/geo.tif",
        "overlays/geo.jpg",
    }
    for kind in ("labels", "confidence"):
        with rasterio.open(f"out/{kind}/geo.tif") as file:
            assert file.transform == PLACES["north up"]
            values = file.read(1)
        assert np.array_equal(values, np.asarray(Image.open(f"out/{kind}/plain.png")))
    before = (setting / "out/labels/geo.tif").stat().st_mtime_ns
    assert call(monkeypatch, *arguments) == 0
    assert (setting / "out/labels/geo.tif").stat().st_mtime_ns == before
