import pytest
from mmseg.registry import TRANSFORMS

from mmseg_uda.datasets import GTA5Dataset, SynthiaDataset, UnlabelledFolder
from mmseg_uda.datasets.checks.aspect_ratio import stretch_remark
from mmseg_uda.datasets.preflight import check_dataset

LOAD = dict(type="LoadImageFromFile")


def remark(transform, sizes, tolerated=1.03):
    return stretch_remark([TRANSFORMS.build(transform)], sizes, tolerated)


@pytest.mark.parametrize(
    ("transform", "percent"),
    [
        (dict(type="Resize", scale=(1024, 512)), 50),  # 4:3 to 2:1
        (dict(type="Resize", scale=(512, 512)), 33),
        (dict(type="Resize", scale=512), 33),
        (dict(type="RandomResize", scale=(1024, 512), ratio_range=(0.5, 2.0)), 50),
        (dict(type="RandomResize", scale=[(1024, 512), (2048, 1024)]), 50),
        (dict(type="RandomChoiceResize", scales=[(1024, 768), (1024, 512)]), 50),
    ],
)
def test_stretch_remark__names_the_change(transform, percent):
    text = remark(transform, [(1600, 1200)])
    assert f"that of 1600x1200 by {percent}%" in text
    assert "keep_ratio=True" in text
    assert remark(dict(transform, keep_ratio=True), [(1600, 1200)]) == ""


def test_stretch_remark__counts_images_that_change():
    resize = dict(type="Resize", scale=(80, 60))
    text = remark(resize, [(800, 600)] * 3 + [(600, 800)] * 2 + [(812, 600)])
    assert "the aspect ratio of 2 of 6 changes, that of 600x800 by 78%" in text


def test_stretch_remark__behind_a_crop_nothing_is_known():
    crop = TRANSFORMS.build(dict(type="RandomCrop", crop_size=(8, 8)))
    resize = TRANSFORMS.build(dict(type="Resize", scale=(8, 8)))
    assert stretch_remark([crop, resize], [(16, 8)], 1.03) == ""
    assert stretch_remark([resize, crop], [(16, 8)], 1.03) != ""


def test_check_dataset__tells_own_data_alone_of_what_papers_do(tmp_path, write):
    write.image(tmp_path / "images/0.png", size=(160, 120))
    own = UnlabelledFolder(
        str(tmp_path), "images", pipeline=[LOAD, dict(type="Resize", scale=(96, 64))]
    )
    (notice,) = check_dataset(own)[0].notices
    assert "resizes images to 96x64 whatever their shape" in notice


@pytest.mark.parametrize(
    ("kind", "size", "scale"),
    [
        (GTA5Dataset, (1914, 1052), (1280, 720)),
        (GTA5Dataset, (1914, 1052), (1280, 640)),
        (SynthiaDataset, (1280, 760), (1280, 640)),
    ],
)
def test_usual_stretch__covers_the_published_recipes(kind, size, scale):
    resize = dict(type="Resize", scale=scale)
    assert remark(resize, [size], kind.usual_stretch) == ""
    assert remark(dict(resize, scale=(512, 512)), [size], kind.usual_stretch) != ""
