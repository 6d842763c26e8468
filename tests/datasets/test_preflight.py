# ruff: noqa: NPY002 - the transforms draw from the global generators
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from in_process import call
from PIL import Image

from mmseg_uda.datasets import GTA5Dataset, UnlabelledFolder
from mmseg_uda.datasets import label_maps as lm
from mmseg_uda.datasets.checks.each_domain import check_each_domain
from mmseg_uda.datasets.image_headers import image_size
from mmseg_uda.datasets.preflight import check_dataloader, check_dataset

ROOT = Path(__file__).parents[2]


def check_gta5(root, **kwargs):
    return check_dataset(dict(type="GTA5Dataset", data_root=str(root)), **kwargs)


def test_check_dataset__reports_what_is_there(gta5_root, write):
    write.image(gta5_root / "images/00003.png", size=(64, 40))
    write.palette(gta5_root / "labels/00003.png", np.full((40, 64), 7))
    (report,) = check_gta5(gta5_root)
    assert (report.num_images, report.num_labels, report.num_read) == (5, 5, 5)
    assert (report.smallest, report.largest) == ((48, 32), (64, 40))
    expected = np.zeros(19, dtype=int)
    for seed in (1, 2, 4, 5):
        mapped = lm.gta5_lut()[write.raw_ids(35, seed=seed)]
        expected += np.bincount(mapped.ravel(), minlength=256)[:19]
    expected[0] += 64 * 40  # labelId 7 is road
    assert report.pixels.tolist() == expected.tolist()
    assert report.absent == []


def test_check_dataset__absent_classes_and_limit(gta5_root, write):
    for i in range(1, 6):
        write.palette(gta5_root / f"labels/{i:05d}.png", np.full((32, 48), 26))
    (report,) = check_gta5(gta5_root, max_full=2)
    assert report.num_read == 2
    assert sorted(report.absent) == sorted(set(lm.CITYSCAPES_CLASSES) - {"car"})


@pytest.mark.parametrize("where", ["images", "labels"])
@pytest.mark.parametrize("kept", [0, 20, 0.6, 0.99])
def test_check_dataset__truncated_even_beyond_the_sample(gta5_root, where, kept):
    path = gta5_root / where / "00004.png"
    data = path.read_bytes()
    path.write_bytes(data[: int(kept if kept > 1 else kept * len(data))])
    with pytest.raises(ValueError, match=rf"GTA5Dataset: 1 problem.*\n.*{path}"):
        check_gta5(gta5_root, max_full=1)


def test_check_dataset__truncated_jpeg(tmp_path, write):
    write.image(tmp_path / "a.jpg", size=(200, 100))
    check_dataset(UnlabelledFolder(str(tmp_path)))
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=r"a\.jpg is truncated or damaged"):
        check_dataset(UnlabelledFolder(str(tmp_path)))


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "PPM", "TIFF", "JPEG2000"]
)
def test_check_dataset__truncated_in_every_format(tmp_path, capfd, kind):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    path = tmp_path / "x.png"
    Image.fromarray(pixels).save(path, kind)
    assert image_size(path) == (50, 40)
    data = path.read_bytes()
    for cut in (0.5, 0.9):
        path.write_bytes(data[: int(cut * len(data))])
        with pytest.raises(ValueError, match=r"x\.png is truncated .* fetch it again"):
            check_dataset(UnlabelledFolder(str(tmp_path)))
    assert "ERROR" not in capfd.readouterr().err


def test_check_dataset__png_with_trailing_bytes_is_fine(gta5_root):
    with open(gta5_root / "images/00001.png", "ab") as file:
        file.write(bytes(500))
    check_gta5(gta5_root)


def test_check_dataset__damaged_inside(gta5_root, capfd):
    path = gta5_root / "images/00001.png"  # the one that the pipeline is tried on
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(bytes(data))
    with pytest.raises(ValueError, match=rf"1 problem.*\n.*decode the image {path}"):
        check_gta5(gta5_root)
    assert "libpng" not in capfd.readouterr().err


def test_check_dataset__size_mismatch_and_outside_value(gta5_root, write):
    write.palette(gta5_root / "labels/00002.png", write.raw_ids(35, size=(48, 30)))
    with pytest.raises(ValueError, match=r"00002\.png is 48x30, .*00002\.png is 48x32"):
        check_gta5(gta5_root)
    write.palette(gta5_root / "labels/00002.png", write.raw_ids(60))
    with pytest.raises(ValueError, match=r"value\(s\) 35, 36, .* in .*00002\.png"):
        check_gta5(gta5_root)


def test_check_dataset__lists_ten_kinds_of_problems(tmp_path):
    for bands in range(5, 18):
        pixels = np.zeros((4, 4, bands), np.uint8)
        how = dict(photometric="minisblack", planarconfig="contig")
        tifffile.imwrite(tmp_path / f"{bands:02d}.tif", pixels, **how)
    with pytest.raises(ValueError, match="13 problem") as info:
        check_dataset(UnlabelledFolder(str(tmp_path)))
    message = str(info.value)
    assert message.count("does not say which are its colours") == 10
    assert message.endswith("and 3 more")


def test_check_dataset__tells_equal_problems_once(tmp_path):
    for i in range(13):
        (tmp_path / f"{i:02d}.png").write_bytes(b"no image" * (i + 1))
    with pytest.raises(ValueError, match="13 problem") as info:
        check_dataset(UnlabelledFolder(str(tmp_path)))
    first, *others = (tmp_path / f"{i:02d}.png" for i in range(4))
    assert str(info.value).splitlines()[1:] == [
        f"  {first} is not an image: fetch it again, or take it out of the folder",
        f"    and the same of 12 more: {', '.join(map(str, others))}, ...",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty .0 bytes.: fetch it again"),
        (b"version https://git-lfs.github.com/spec/v1", "pointer.* git lfs pull"),
        (b"\0\0\0\x18ftypheic", "a HEIF file: write it as PNG or TIFF"),
        (b"#?RADIANCE", "a Radiance HDR file"),
    ],
)
def test_check_dataset__says_what_a_file_is_that_is_no_image(tmp_path, content, said):
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(ValueError, match=rf"x\.png is not an image.*{said}"):
        check_dataset(UnlabelledFolder(str(tmp_path)))


def test_check_dataset__link_to_nothing(tmp_path):
    (tmp_path / "x.png").symlink_to("/not/there.png")
    with pytest.raises(ValueError, match=r"x\.png is a link to /not/there\.png, which"):
        check_dataset(UnlabelledFolder(str(tmp_path)))


def test_check_dataset__must_not_be_read(gta5_root, monkeypatch):
    def refuse(file):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mmseg_uda.datasets.image_headers.declare", refuse)
    with pytest.raises(ValueError, match=r"00001\.png must not be read .*permissions"):
        check_gta5(gta5_root)


def test_check_dataset__runs_the_pipeline_without_touching_random_state(gta5_root):
    crop = dict(type="DiverseCrop", crop_size=(64, 64))
    pipeline = [dict(type="LoadImageFromFile"), dict(type="LoadLabels"), crop]
    dataset = GTA5Dataset(str(gta5_root), pipeline=pipeline)
    with pytest.raises(ValueError, match=r"pipeline fails on .*smaller than the crop"):
        check_dataset(dataset)
    crop["crop_size"] = (8, 8)
    before = np.random.get_state()[1].copy()
    check_dataset(GTA5Dataset(str(gta5_root), pipeline=pipeline))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_image_size__counts_exif_rotation_as_opencv_does(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert image_size(tmp_path / "a.jpg") == (20, 30)


def loader(gta5_root, cityscapes_root, **changes):
    return {
        "batch_size": 3,
        "sampler": dict(
            type="MultiDomainSampler", samples_per_domain=dict(source=1, target=2)
        ),
        "dataset": dict(
            type="MultiDomainDataset",
            domains=dict(
                source=dict(type="GTA5Dataset", data_root=str(gta5_root)),
                target=dict(type="CityscapesImages", data_root=str(cityscapes_root)),
            ),
        ),
        **changes,
    }


def test_check_dataloader__domains(gta5_root, cityscapes_root):
    source, target = check_dataloader(loader(gta5_root, cityscapes_root))
    assert (source.name, source.num_labels) == ("source", 5)
    assert (target.name, target.num_images, target.num_labels) == ("target", 4, 0)


def test_check_dataloader__batch_size_is_the_sum(gta5_root, cityscapes_root):
    with pytest.raises(ValueError, match=r"batch_size is 4, .* 3 \(source 1 \+ target"):
        check_dataloader(loader(gta5_root, cityscapes_root, batch_size=4))
    wrong = dict(type="MultiDomainSampler", samples_per_domain=dict(sauce=3))
    with pytest.raises(ValueError, match="names sauce, the data set has source, targ"):
        check_dataloader(loader(gta5_root, cityscapes_root, sampler=wrong))


def test_check_dataloader__labels_that_a_stage_will_write(gta5_root, cityscapes_root):
    config = loader(gta5_root, cityscapes_root)
    images = config["dataset"]["domains"]["target"]
    config["dataset"]["domains"]["target"] = dict(
        type="PseudoLabelledDataset", images=images, pseudo_label_dir=None
    )
    assert check_dataloader(config)[1].num_images == 4
    shutil.rmtree(cityscapes_root / "leftImg8bit/train/aachen")
    assert check_dataloader(config)[1].num_images == 2


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (7, "a dataloader must be a dict, got 7"),
        ({"dataset": 7}, "dataset must be a dict with a 'type', got 7"),
        ({"dataset": {"type": "MultiDomainDataset", "domains": {"source": 7}}},
         r"domains\.source must be a data set, got 7"),
    ],
)  # fmt: skip
def test_check_dataloader__no_config_of_a_data_set(config, said):
    with pytest.raises(ValueError, match=said):
        check_dataloader(config)
    reports, (error,) = check_each_domain(config)
    assert reports == []
    assert re.search(said, str(error))


def test_check_each_domain__goes_on_after_a_problem(gta5_root, cityscapes_root):
    config = loader(gta5_root, cityscapes_root)
    reports, errors = check_each_domain(config)
    assert [(report.name, report.num_read) for report in reports] == [
        ("source", 5),
        ("target", 4),
    ]
    assert errors == []
    _, (error,) = check_each_domain({**config, "batch_size": 4})
    assert "batch_size is 4" in str(error)
    shutil.rmtree(gta5_root)
    (report,), (error,) = check_each_domain(config)
    assert report.name == "target"
    assert str(gta5_root) in str(error)


def test_check_data_tool__table_and_exit_code(
    gta5_root, cityscapes_root, monkeypatch, capsys
):
    config = ROOT / "configs/_base_/datasets/gta_to_cityscapes.py"
    source = "train_dataloader.dataset.domains.source"
    options = [
        f"{source}.data_root={gta5_root}",
        f"train_dataloader.dataset.domains.target.data_root={cityscapes_root}",
        f"val_dataloader.dataset.data_root={cityscapes_root}",
        f"test_dataloader.dataset.data_root={cityscapes_root}",
    ]
    check = "tools/check_data.py", config, "--full", "--cfg-options", *options
    assert call(monkeypatch, *check) == 0
    out = capsys.readouterr().out
    assert "| train | train |       source       |   5    |   5    | 48x32" in out
    assert "CityscapesLabelled" in out
    (gta5_root / "labels/00001.png").unlink()
    assert call(monkeypatch, *check) == 1
    assert "image(s) without a label: 00001.png" in capsys.readouterr().err
