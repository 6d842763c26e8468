"""Images of any kind come as viewers show them, or are refused by name."""

import io

import cv2
import numpy as np
import pytest
import rasterio
import tifffile
from odd_files import exif, png
from PIL import Image, ImageOps

from mmseg_uda.datasets.image_headers import image_size, read_header
from mmseg_uda.datasets.reading import ImageReader, declare_file

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"
)
RGB = np.random.default_rng(0).integers(0, 256, (6, 10, 3)).astype(np.uint8)
FORMATS = {
    "JPEG": dict(quality=100, subsampling=0),
    "PNG": {},
    "WEBP": dict(lossless=True),
    "TIFF": {},
}


def read(tmp_path, data, name="x.tif", **options):
    """Return what is read as R, G, B."""
    (tmp_path / name).write_bytes(data)
    return ImageReader(**options).read(tmp_path / name)[..., ::-1]


def tiff(pixels, **options):
    file = io.BytesIO()
    options.setdefault("photometric", "rgb")
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def turned_file(path, kind, orientation):
    # smooth, so that what JPEG changes is little
    pixels = cv2.resize(RGB, (80, 48), interpolation=cv2.INTER_CUBIC)
    if kind == "TIFF":
        tag = (274, "H", 1, orientation, True)
        path.write_bytes(tiff(pixels, extratags=[tag]))
        return pixels
    tags = Image.Exif()
    tags[274] = orientation
    Image.fromarray(pixels).save(path, kind, exif=tags, **FORMATS[kind])
    return pixels


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation__every_tag_of_every_format(tmp_path, kind, orientation):
    path = tmp_path / "x"
    stored = turned_file(path, kind, orientation)
    with Image.open(path) as image:  # an independent reader
        shown = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    for how, wanted in (("shown", shown), ("stored", stored)):
        got = ImageReader(orientation=how).read(path)[..., ::-1]
        assert got.shape == wanted.shape
        assert np.abs(got.astype(int) - wanted).max() <= (4 if kind == "JPEG" else 0)
        assert image_size(path, how) == got.shape[1::-1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation__as_opencv_turns(tmp_path, kind, orientation):
    path = tmp_path / "x"
    turned_file(path, kind, orientation)
    np.testing.assert_array_equal(
        ImageReader().read(path), cv2.imread(str(path), cv2.IMREAD_COLOR)
    )


@pytest.mark.parametrize("place", ["before", "behind"])
def test_orientation__png_with_the_tag_anywhere(tmp_path, place):
    path = tmp_path / "x.png"
    path.write_bytes(png(RGB, 8, 2, **{place: [(b"eXIf", exif(6))]}))
    assert declare_file(path).orientation == 6
    np.testing.assert_array_equal(
        ImageReader().read(path)[..., ::-1], np.rot90(RGB, -1)
    )


@pytest.mark.parametrize("tag", [0, 9, 700])
def test_orientation__that_there_is_not_is_none(tmp_path, tag):
    data = png(RGB, 8, 2, before=[(b"eXIf", exif(tag))])
    np.testing.assert_array_equal(read(tmp_path, data, "x.png"), RGB)
    damaged = png(RGB, 8, 2, before=[(b"eXIf", b"nonsense")])
    np.testing.assert_array_equal(read(tmp_path, damaged, "x.png"), RGB)


@pytest.mark.parametrize("extra", ["assocalpha", "unassalpha"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_alpha__leaves_colours_as_they_are_stored(tmp_path, extra, planar):
    alpha = np.full((6, 10, 1), 128, np.uint8)
    alpha[0] = 0
    pixels = np.dstack([RGB, alpha])
    given = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    data = tiff(given, extrasamples=[extra], planarconfig=planar)
    np.testing.assert_array_equal(read(tmp_path, data), RGB)
    with rasterio.open(tmp_path / "x.tif") as file:  # an independent reader
        np.testing.assert_array_equal(np.moveaxis(file.read([1, 2, 3]), 0, -1), RGB)
    np.testing.assert_array_equal(read(tmp_path, png(pixels, 8, 6), "x.png"), RGB)


def test_gray__of_any_depth_spans_black_to_white(tmp_path):
    gray = np.array([[0, 1, 3]])
    for name, data in (
        ("x.png", png(gray, 2, 0)),
        ("x.tif", tiff_of_bits(tmp_path, gray, 2)),
    ):
        got = read(tmp_path, data, name)
        np.testing.assert_array_equal(got, np.dstack([gray * 85] * 3))


def tiff_of_bits(tmp_path, pixels, bits):
    options = dict(height=1, width=pixels.shape[1], count=1, dtype="uint8", nbits=bits)
    with rasterio.open(tmp_path / "bits.tif", "w", driver="GTiff", **options) as file:
        file.write(pixels.astype(np.uint8), 1)
    return (tmp_path / "bits.tif").read_bytes()


def test_gray__palette_and_where_zero_is_white(tmp_path):
    gray = RGB[..., 0]
    data = tiff(gray, photometric="miniswhite")
    np.testing.assert_array_equal(read(tmp_path, data), np.dstack([255 - gray] * 3))
    colours = np.random.default_rng(1).integers(0, 256, (3, 256)).astype(np.uint16)
    data = tiff(gray, photometric="palette", colormap=colours * 257)
    np.testing.assert_array_equal(read(tmp_path, data), colours.T[gray])


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "zstd"])
def test_tiff__compressed_and_tiled(tmp_path, compression):
    pixels = np.tile(RGB, (30, 20, 1))
    data = tiff(pixels, compression=compression, tile=(64, 64))
    np.testing.assert_array_equal(read(tmp_path, data), pixels)


def test_tiff__of_jpeg_pixels_has_the_colours_that_it_shows(tmp_path):
    smooth = cv2.resize(RGB, (80, 48), interpolation=cv2.INTER_CUBIC)
    got = read(tmp_path, tiff(smooth, compression="jpeg"))
    with Image.open(tmp_path / "x.tif") as image:
        shown = np.asarray(image.convert("RGB"))
    assert np.abs(got.astype(int) - shown).max() <= 3


@pytest.mark.parametrize("name", ["gray", "rgb", "float", "signed"])
def test_value_range__says_what_wide_numbers_mean(tmp_path, name):
    values = np.linspace(0, 4095, 60).reshape(6, 10)
    bands = {"gray": 1, "rgb": 3}.get(name, 1)
    kind = {"float": np.float32, "signed": np.int16}.get(name, np.uint16)
    pixels = np.dstack([values] * bands).astype(kind)
    wanted = np.rint(pixels.astype(float) / 4095 * 255)
    wanted = np.broadcast_to(wanted, (6, 10, 3))
    data = tiff(pixels.squeeze(), photometric="rgb" if bands == 3 else "minisblack")
    refused = r"x\.tif stores \d\d-bit .*values, networks take 0 to 255.*value_range="
    with pytest.raises(ValueError, match=refused):
        read(tmp_path, data)
    np.testing.assert_array_equal(read(tmp_path, data, value_range=(0, 4095)), wanted)
    if kind is np.uint16:  # a PNG of the same numbers comes the same
        data = png(pixels, 16, 0 if bands == 1 else 2)
        with pytest.raises(ValueError, match="stores 16-bit values"):
            read(tmp_path, data, "x.png")
        got = read(tmp_path, data, "x.png", value_range=(0, 4095))
        np.testing.assert_array_equal(got, wanted)


def test_value_range__clips_and_has_black_for_what_is_no_number(tmp_path):
    pixels = np.array([[-9999, np.nan, 0.25, 0.5, 7, np.inf]], np.float32)
    got = read(tmp_path, tiff(pixels, photometric="minisblack"), value_range=(0, 0.5))
    np.testing.assert_array_equal(got[0, :, 0], [0, 0, 128, 255, 255, 255])


def test_value_range__where_zero_is_white(tmp_path):
    pixels = np.array([[0, 1000]], np.uint16)
    data = tiff(pixels, photometric="miniswhite")
    got = read(tmp_path, data, value_range=(0, 1000))
    np.testing.assert_array_equal(got[0, :, 0], [255, 0])


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_bands__are_named_where_the_file_does_not(tmp_path, count, interleave):
    stack = np.random.default_rng(2).integers(0, 256, (count, 6, 10)).astype(np.uint8)
    options = dict(height=6, width=10, count=count, dtype="uint8")
    options |= dict(interleave=interleave, photometric="minisblack", alpha="no")
    with rasterio.open(tmp_path / "x.tif", "w", driver="GTiff", **options) as file:
        file.write(stack)
    with pytest.raises(ValueError, match=rf"x\.tif has {count} bands.*bands=\(1, 2"):
        ImageReader().read(tmp_path / "x.tif")
    chosen = (count, 1, 2)
    got = ImageReader(bands=chosen).read(tmp_path / "x.tif")[..., ::-1]
    np.testing.assert_array_equal(got, np.dstack([stack[b - 1] for b in chosen]))
    got = ImageReader(bands=(2,)).read(tmp_path / "x.tif")
    np.testing.assert_array_equal(got, np.dstack([stack[1]] * 3))
    with pytest.raises(ValueError, match=rf"has {count} band\(s\).*wants number 9"):
        ImageReader(bands=(1, 2, 9)).read(tmp_path / "x.tif")


def test_bands__fourth_that_is_not_said_to_be_alpha(tmp_path):
    infrared = np.dstack([RGB, RGB[..., :1]])
    data = tiff(infrared, extrasamples=["unspecified"])
    with pytest.raises(ValueError, match="has 4 bands, and does not say which"):
        read(tmp_path, data)
    got = read(tmp_path, data, bands=(4, 1, 2))
    np.testing.assert_array_equal(got, infrared[..., [3, 0, 1]])


def test_bands__of_a_png(tmp_path):
    got = read(tmp_path, png(RGB, 8, 2), "x.png", bands=(3, 2, 1))
    np.testing.assert_array_equal(got, RGB[..., ::-1])


def test_pages__are_one(tmp_path):
    data = tiff(np.stack([RGB, RGB]))
    with pytest.raises(ValueError, match=r"x\.tif holds 2 pages"):
        read(tmp_path, data)


@pytest.mark.parametrize("mode", ["CMYK", "LAB"])
def test_tiff__of_other_colours_is_read_as_before(tmp_path, mode):
    image = Image.fromarray(RGB)
    image = image.convert("CMYK") if mode == "CMYK" else Image.fromarray(RGB, "LAB")
    image.save(tmp_path / "x.tif")
    wanted = cv2.imread(str(tmp_path / "x.tif"), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(ImageReader().read(tmp_path / "x.tif"), wanted)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(value_range=(1, 1)), "value_range must be two numbers"),
        (dict(value_range=255), "value_range must be two numbers"),
        (dict(value_range=(0, float("nan"))), "value_range must be two numbers"),
        (dict(bands=(0, 1, 2)), "counted from 1"),
        (dict(bands=(1, 2)), "three bands"),
        (dict(bands="rgb"), "three bands"),
        (dict(orientation="exif"), "orientation must be 'shown'"),
    ],
)
def test_options__that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        ImageReader(**options)


def test_damaged__is_said_by_header_and_reader(tmp_path):
    path = tmp_path / "x.tif"
    for data in (tiff(RGB)[:-50], tiff(RGB)[:60], b"", b"II*\0"):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"x\.tif"):
            ImageReader().read(path)
        with pytest.raises(ValueError, match=r"x\.tif"):
            read_header(path)


@pytest.mark.parametrize(
    ("count", "kind", "options"),
    [
        (1, "uint8", {}),
        (1, "uint16", {"value_range": (0, 51)}),
        (1, "int16", {"value_range": (0, 51)}),
        (3, "uint16", {"value_range": (0, 51), "bands": (1, 2, 3)}),
        (5, "uint8", {"bands": (5, 2, 1)}),
    ],
)
def test_jpeg2000__as_gis_tools_write_it(tmp_path, count, kind, options):
    path = tmp_path / "x.jp2"
    pixels = np.random.default_rng(0).integers(0, 52, (count, 32, 40)).astype(kind)
    shape = dict(height=32, width=40, count=count, dtype=kind)
    faithful = dict(driver="JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES")
    with rasterio.open(path, "w", **shape, **faithful) as file:
        file.write(pixels)
    declared = declare_file(path)
    assert (declared.stored_size, declared.bands) == ((40, 32), count)
    bands = [band - 1 for band in options.get("bands", (1, 1, 1))]
    factor = 5 if "value_range" in options else 1
    want = np.moveaxis(pixels[bands], 0, -1) * factor
    got = ImageReader(**options).read(path)
    np.testing.assert_array_equal(got[..., ::-1], want)
    for option in options:
        less = {key: value for key, value in options.items() if key != option}
        with pytest.raises(ValueError, match=rf"x\.jp2 .*{option}="):
            ImageReader(**less).read(path)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_jpeg2000__as_pillow_writes_it(tmp_path, mode):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 40, 4)).astype(np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    image.save(tmp_path / "x.jp2")
    want = np.asarray(image.convert("RGB"))
    got = ImageReader().read(tmp_path / "x.jp2")
    np.testing.assert_array_equal(got[..., ::-1], want)
    data = (tmp_path / "x.jp2").read_bytes()
    for cut in (100, len(data) // 2):
        (tmp_path / "x.jp2").write_bytes(data[:cut])
        with pytest.raises(ValueError, match=r"cannot decode .*x\.jp2"):
            ImageReader().read(tmp_path / "x.jp2")


def test_pgm__spans_black_to_white(tmp_path):
    path = tmp_path / "x.pgm"
    path.write_bytes(b"P5 2 1 100\n" + bytes([50, 100]))
    assert ImageReader().read(path)[0, :, 0].tolist() == [128, 255]
    path.write_bytes(b"P5 2 1 4095\n" + np.array([0, 4095], ">u2").tobytes())
    assert ImageReader((0, 4095)).read(path)[0, :, 0].tolist() == [0, 255]
    with pytest.raises(ValueError, match=r"x\.pgm stores 16-bit values"):
        ImageReader().read(path)


def test_tiff__planes_of_a_square_of_three(tmp_path):
    pixels = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)  # as high and wide as deep
    planes = np.moveaxis(pixels, -1, 0)
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(ImageReader().read(path)[..., ::-1], pixels)
