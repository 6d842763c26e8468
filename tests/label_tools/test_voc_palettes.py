"""Palette images that LabelMe's own writer makes (labelme2voc), with lists of names."""

import numpy as np
import pytest
from mmseg.registry import DATASETS

from mmseg_uda.planning.find_labels import find_labels

CLASSES = ("background", "road", "Haus")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
WRITE = """
    import imgviz
    import numpy as np
    from pathlib import Path
    from PIL import Image

    rng = np.random.default_rng(0)
    for folder in ("JPEGImages", "SegmentationClass"):
        Path(folder).mkdir()
    for number in range(3):
        ids = np.kron(rng.integers(0, 3, (5, 7)), np.ones((6, 6), int))
        ids[:, :2] = -1
        np.save(f"{number}.npy", ids)
        imgviz.io.lblsave(
            f"SegmentationClass/{number}.png", (ids % 256).astype(np.uint8)
        )
        pixels = rng.integers(0, 256, (30, 42, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(f"JPEGImages/{number}.jpg")
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("class_names.txt", "background\nroad\nHaus\n"),
        ("classes.txt", "background\nroad\nHaus"),
        ("labelmap.txt", "background:::\nroad:::\nHaus:::\n"),
        # colours of CVAT, without one for the border
        ("labelmap.txt", "background:0,0,0::\nroad:128,0,0::\nHaus:0,128,0::\n"),
        # other colours than the palette has
        ("labelmap.txt", "background:1,2,3::\nroad:9,9,9::\nHaus:4,4,4::\n"),
        (None, ""),
    ],
)
def test_palette__is_named_by_what_stands_beside_it(label_tool, name, text):
    root = label_tool(WRITE)
    if name is not None:
        (root / name).write_text(text, "utf-8")
    found = find_labels(root / "JPEGImages", root / "SegmentationClass")
    made_up = ("class_0", "class_1", "class_2")
    assert found.classes == (made_up if name is None else CLASSES)
    dataset = DATASETS.build(
        {**found.dataset, "metainfo": {"classes": found.classes}, "pipeline": PIPELINE}
    )
    for number, sample in enumerate(dataset):
        expected = np.load(root / f"{number}.npy") % 256  # the border: -1, then 255
        assert (expected == 255).any()
        assert np.array_equal(sample["gt_seg_map"], expected)
