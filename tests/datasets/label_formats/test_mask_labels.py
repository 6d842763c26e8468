"""Black and white masks, however they were saved."""

import numpy as np
import pytest
from mmseg.registry import DATASETS
from PIL import Image

import mmseg_uda.datasets  # noqa: F401  (registers it)
from mmseg_uda.registry import LABEL_FORMATS

GRAY = np.array([[0, 90, 127, 128, 200, 255]], np.uint8).repeat(8, 0)


def read(path, **options):
    return LABEL_FORMATS.build(dict(type="MaskLabels", **options)).read(path)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(127.5, [0, 0, 0, 1, 1, 1]), (100, [0, 0, 1, 1, 1, 1]), (0, [0, 1, 1, 1, 1, 1])],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_mask_labels__brighter_than_the_threshold(tmp_path, threshold, expected, mode):
    Image.fromarray(GRAY).convert(mode).save(tmp_path / "m.png")
    ids = read(tmp_path / "m.png", threshold=threshold)
    assert ids.tolist() == [expected] * 8
    assert ids.dtype == np.uint8


def test_mask_labels__jpeg(tmp_path):
    mask = np.kron(
        np.array([[0, 255], [255, 0]], np.uint8), np.ones((16, 16), np.uint8)
    )
    Image.fromarray(mask).save(tmp_path / "m.jpg", quality=75)
    assert np.array_equal(read(tmp_path / "m.jpg"), mask > 0)


def test_mask_labels__in_a_data_set(tmp_path):
    for name, array in (("images", np.zeros((8, 6, 3), np.uint8)), ("labels", GRAY)):
        (tmp_path / name).mkdir()
        Image.fromarray(array).save(tmp_path / name / "a.png")
    options = dict(
        type="LabelledFolder", data_root=str(tmp_path), label_format="MaskLabels"
    )
    pipeline = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    data = DATASETS.build(
        dict(**options, metainfo=dict(classes=("dark", "bright")), pipeline=pipeline)
    )
    assert data[0]["gt_seg_map"][0].tolist() == [0, 0, 0, 1, 1, 1]
    with pytest.raises(
        ValueError, match="two classes apart, dark and bright, got a, b, c"
    ):
        DATASETS.build(dict(**options, metainfo=dict(classes=("a", "b", "c"))))
    with pytest.raises(ValueError, match="drop label_map"):
        DATASETS.build(
            dict(**options, metainfo=dict(classes=("a", "b")), label_map={0: 0, 255: 1})
        )


@pytest.mark.parametrize("threshold", [-1, 255, "half"])
def test_mask_labels__refuses_thresholds(threshold):
    with pytest.raises(ValueError, match="in 0 to 255, got"):
        LABEL_FORMATS.build(dict(type="MaskLabels", threshold=threshold))
