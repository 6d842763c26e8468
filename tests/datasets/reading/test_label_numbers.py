"""The number that a label file stores is the number that is delivered."""

import io

import numpy as np
import pytest
import rasterio
import tifffile
from odd_files import png
from PIL import Image

from mmseg_uda.datasets.label_files import read_label_ids

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"
)
IDS = np.array([[0, 1, 2, 3, 3], [3, 2, 1, 0, 0], [1, 1, 2, 2, 3]])


def read(tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    return read_label_ids(tmp_path / name)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tiff(pixels, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("bits", "kind"), [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (1, 3), (4, 3), (8, 3)]
)
def test_png__of_any_depth(tmp_path, bits, kind):
    ids = IDS % 2**bits
    ids[0, 0] = 2**bits - 1  # the highest, which decoders make white
    palette = [(b"PLTE", bytes(range(3)) * 2**bits)] if kind == 3 else []
    got = read(tmp_path, png(ids, bits, kind, before=palette), "x.png")
    np.testing.assert_array_equal(got, ids)


@pytest.mark.parametrize("bits", [8, 16])
def test_png__gray_with_alpha_and_equal_colours(tmp_path, bits):
    for kind, bands in ((4, 1), (2, 3), (6, 3)):
        alpha = [np.full(IDS.shape, 7)] if kind in (4, 6) else []
        pixels = np.dstack([IDS] * bands + alpha)
        got = read(tmp_path, png(pixels, bits, kind), f"{kind}.png")
        np.testing.assert_array_equal(got, IDS)


TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_tiff__of_any_type(tmp_path, kind, photometric):
    data = tiff(IDS.astype(kind), photometric=photometric)
    np.testing.assert_array_equal(read(tmp_path, data, "x.tif"), IDS)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int32"])
@pytest.mark.parametrize("compress", ["lzw", "deflate", "packbits", "zstd"])
def test_tiff__as_gis_tools_write_them(tmp_path, kind, compress):
    path = tmp_path / "x.tif"
    ids = np.kron(IDS, np.ones((40, 40))).astype(kind)  # several tiles
    options = dict(height=ids.shape[0], width=ids.shape[1], count=1, dtype=kind)
    options |= dict(tiled=True, blockxsize=64, blockysize=64, compress=compress)
    with rasterio.open(path, "w", driver="GTiff", nodata=255, **options) as file:
        file.write(ids, 1)
    with rasterio.open(path) as file:  # an independent reader
        np.testing.assert_array_equal(file.read(1), ids)
    np.testing.assert_array_equal(read_label_ids(path), ids)


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("photometric", ["MINISBLACK", "MINISWHITE"])
def test_tiff__narrow(tmp_path, bits, photometric):
    path, ids = tmp_path / "x.tif", (IDS % 2**bits).astype("uint8")
    options = dict(height=3, width=5, count=1, dtype="uint8", nbits=bits)
    options |= dict(photometric=photometric)
    with rasterio.open(path, "w", driver="GTiff", **options) as file:
        file.write(ids, 1)
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(file.read(1), ids)
    np.testing.assert_array_equal(read_label_ids(path), ids)


def test_tiff__palette_and_equal_bands(tmp_path):
    colours = np.zeros((3, 256), np.uint16)
    data = tiff(IDS.astype(np.uint8), photometric="palette", colormap=colours)
    np.testing.assert_array_equal(read(tmp_path, data, "p.tif"), IDS)
    three = np.dstack([IDS] * 3).astype(np.uint8)
    for planar in ("contig", "separate"):
        pixels = three if planar == "contig" else np.moveaxis(three, -1, 0)
        data = tiff(pixels, photometric="rgb", planarconfig=planar)
        np.testing.assert_array_equal(read(tmp_path, data, f"{planar}.tif"), IDS)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP"])
def test_other_formats__store_ids(tmp_path, kind):
    image = Image.fromarray(IDS.astype(np.uint8), "P")
    image.putpalette([0, 0, 0, 90, 0, 0, 0, 90, 0, 0, 0, 90])
    options = {}
    if kind == "WEBP":
        image, options = Image.fromarray(IDS.astype(np.uint8)), dict(lossless=True)
    data = saved(image, kind, **options)
    np.testing.assert_array_equal(read(tmp_path, data, "x"), IDS)


@pytest.mark.parametrize("highest", [3, 255, 1000, 65535])
def test_pgm__is_not_stretched(tmp_path, highest):
    kind = np.uint8 if highest < 256 else ">u2"
    data = b"P5 5 3 %d\n" % highest + IDS.astype(kind).tobytes()
    np.testing.assert_array_equal(read(tmp_path, data, "x.pgm"), IDS)


def test_pbm__one_is_one(tmp_path):
    data = b"P4 5 1\n" + bytes([0b01101000])
    np.testing.assert_array_equal(read(tmp_path, data, "x.pbm"), [[0, 1, 1, 0, 1]])


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("int16", -254, r"x\.tif stores signed numbers, with negative value\(s\) -254"),
        ("int32", -9999, "negative value.s. -9999"),
        ("float32", -9999, "negative value.s. -9999"),
        ("float32", 1.5, "float numbers that are no ids, such as 1.5"),
        ("float64", np.nan, "float numbers that are no ids, such as nan"),
        ("float32", np.inf, "float numbers that are no ids, such as inf"),
        ("float32", -3.4e38, "float numbers that are no ids, such as -3.4e.38"),
        ("complex64", 0, "complex"),
    ],
)
def test_numbers_that_are_no_ids(tmp_path, kind, value, words):
    ids = IDS.astype(kind)
    ids[1, 1] = value
    with pytest.raises(ValueError, match=words):
        read(tmp_path, tiff(ids), "x.tif")


def test_unsigned_numbers_beyond_a_signed_type_stay(tmp_path):
    ids = IDS.astype(np.uint32)
    ids[0, 0] = 2**32 - 1
    assert read(tmp_path, tiff(ids), "x.tif").max() == 2**32 - 1


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {}), ("WebP", dict(lossless=False)), ("AVIF", {})]
)
def test_losses_alter_ids(tmp_path, kind, options):
    gray = Image.fromarray(IDS.astype(np.uint8))
    data = saved(gray.convert("RGB") if kind != "JPEG" else gray, kind, **options)
    with pytest.raises(ValueError, match=rf"x is compressed as {kind} with losses"):
        read(tmp_path, data, "x")


def test_losses_alter_ids__within_a_tiff(tmp_path):
    data = tiff(np.kron(IDS, np.ones((8, 8))).astype(np.uint8), compression="jpeg")
    with pytest.raises(ValueError, match="compressed as JPEG with losses"):
        read(tmp_path, data, "x.tif")


def test_losses_alter_ids__webp_with_tags(tmp_path):
    gray = Image.fromarray(np.kron(IDS, np.ones((8, 8))).astype(np.uint8))
    tags = Image.Exif()
    tags[305] = "a tool"
    data = saved(gray, "WEBP", lossless=True, exif=tags)
    np.testing.assert_array_equal(read(tmp_path, data, "x"), np.asarray(gray))
    with pytest.raises(ValueError, match="compressed as WebP with losses"):
        read(tmp_path, saved(gray, "WEBP", exif=tags), "x")


def test_losses_alter_ids__jpeg_2000(tmp_path):
    gray = Image.fromarray(np.kron(IDS, np.ones((8, 8))).astype(np.uint8))
    data = saved(gray, "JPEG2000")
    np.testing.assert_array_equal(read(tmp_path, data, "x.jp2"), np.asarray(gray))
    with pytest.raises(ValueError, match="compressed as JPEG 2000 with losses"):
        read(tmp_path, saved(gray, "JPEG2000", irreversible=True), "x.jp2")


@pytest.mark.parametrize(
    ("name", "faithful", "lossy"),
    [
        ("LERC", {}, {"MAX_Z_ERROR": 1}),
        ("JPEG 2000", {"compression": "jpeg2000"}, {"compressionargs": {"level": 30}}),
        ("WebP", {}, {"compressionargs": {"level": 50, "lossless": False}}),
    ],
)
def test_losses_alter_ids__codecs_that_may(tmp_path, name, faithful, lossy):
    ids = np.kron(IDS, np.ones((16, 16))).astype(np.uint8)
    path = tmp_path / "x.tif"
    for options in (faithful, lossy):
        if name == "LERC":
            shape = dict(height=48, width=80, count=1, dtype="uint8")
            with rasterio.open(path, "w", compress="LERC", **shape, **options) as file:
                file.write(ids, 1)
        else:
            pixels = np.dstack([ids] * 3) if name == "WebP" else ids
            kind = name.replace(" ", "").lower()
            tifffile.imwrite(path, pixels, **{**options, "compression": kind})
        if options is lossy:
            with pytest.raises(ValueError, match=f"compressed as {name} with losses"):
                read_label_ids(path)
        else:
            np.testing.assert_array_equal(read_label_ids(path), ids)


def test_png16__synthia_or_colours(tmp_path):
    instance, none = np.full(IDS.shape, 300), np.zeros(IDS.shape)
    synthia = np.dstack([IDS, instance, none])
    np.testing.assert_array_equal(read(tmp_path, png(synthia, 16, 2), "x.png"), IDS)
    widened = np.dstack([none, IDS * 257 * 60, none])
    for colours in (np.dstack([IDS, none, IDS + 1]), widened):
        with pytest.raises(ValueError, match="holds colours, not class ids"):
            read(tmp_path, png(colours, 16, 2), "x.png")


@pytest.mark.parametrize("end", ["", "\n", "\n# done\n"])
def test_netpbm__as_text(tmp_path, end):
    text = (
        "P2\n# by hand\n5 3 # wide, high\n3\n" + " ".join(map(str, IDS.ravel())) + end
    )
    np.testing.assert_array_equal(read(tmp_path, text.encode(), "x.pgm"), IDS)
    text = "P1 5 1 01 101" + end
    got = read(tmp_path, text.encode(), "x.pbm")
    np.testing.assert_array_equal(got, [[0, 1, 1, 0, 1]])
    three = " ".join(f"{i} {i} {i}" for i in IDS.ravel())
    got = read(tmp_path, f"P3 5 3 9 {three}{end}".encode(), "x.ppm")
    np.testing.assert_array_equal(got, IDS)


@pytest.mark.parametrize(
    "head", [b"P2 5 3 3\n1 2", b"P5 5 3 3\n12", b"P4 5 9\n12", b"P5 5"]
)
def test_netpbm__cut_off(tmp_path, head):
    with pytest.raises(ValueError, match=r"cannot read the label .*x\.pgm"):
        read(tmp_path, head, "x.pgm")


def test_several_pages(tmp_path):
    stack = np.stack([IDS, IDS]).astype(np.uint8)
    with pytest.raises(ValueError, match=r"x\.tif holds 2 pages"):
        read(tmp_path, tiff(stack, photometric="minisblack"), "x.tif")
    frames = [Image.fromarray(ids.astype(np.uint8)) for ids in (IDS, IDS[::-1])]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match=r"x\.gif holds 2 pages"):
        read(tmp_path, data, "x.gif")


def test_overviews_are_no_pages(tmp_path):
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(IDS.astype(np.uint8), subfiletype=0)
        file.write(IDS[::2, ::2].astype(np.uint8), subfiletype=1)
    np.testing.assert_array_equal(read_label_ids(tmp_path / "x.tif"), IDS)


def test_bands_and_colours_are_no_ids(tmp_path):
    bands = np.dstack([IDS, IDS + 1]).astype(np.uint8)
    data = tiff(bands, photometric="minisblack", planarconfig="contig")
    with pytest.raises(ValueError, match=r"x\.tif holds 2 bands, not class ids"):
        read(tmp_path, data, "x.tif")


@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
def test_truncated_and_damaged(tmp_path, compression):
    ids = np.random.default_rng(0).integers(0, 9, (64, 64)).astype(np.uint8)
    data = tiff(ids, compression=compression)
    for cut in (20, len(data) // 2):
        with pytest.raises(ValueError, match=r"cannot read the label .*x\.tif"):
            read(tmp_path, data[:cut], "x.tif")
