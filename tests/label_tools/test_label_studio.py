"""Exports with what Label Studio's own encoders write, against what was encoded."""

import numpy as np
import pytest

from mmseg_uda.datasets import LabelStudioFolder
from mmseg_uda.planning.find_labels import find_labels

CLASSES = ("background", "Straße", "car")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
BRUSHES = """
    import json
    import numpy as np
    from label_studio_sdk.converter import brush
    from pathlib import Path
    from PIL import Image

    rng = np.random.default_rng(0)
    Path("images/deep").mkdir(parents=True)
    tasks = []
    for number, (height, width) in enumerate([(40, 70), (31, 43), (300, 300)]):
        pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(f"images/deep/photo {number}.png")
        ids, results = np.zeros((height, width), np.uint8), []
        for value, label in ((1, "Straße"), (2, "car")):
            mask = np.zeros((height, width), np.uint8)
            top, left = rng.integers(0, [height - 20, width - 30])
            mask[top : top + 15, left : left + 30] = 255
            mask[rng.random(mask.shape) < 0.05] = 255
            ids[mask > 0] = value
            Image.fromarray(mask).save("mask.png")
            results += brush.image2annotation("mask.png", label, "tag", "image")[
                "result"
            ]
        np.save(f"{number}.npy", ids)
        name = f"1a2b3c4d-photo_{number}.png"
        tasks.append(dict(
            id=number,
            data=dict(image=f"/data/upload/1/{name}"),
            file_upload=name,
            annotations=[dict(id=1, was_cancelled=False, result=results)],
        ))
    Path("export.json").write_text(json.dumps(tasks))
"""
POLYGONS = """
    import json
    import numpy as np
    from label_studio_sdk.converter.imports.coco import convert_coco_to_ls
    from pathlib import Path
    from PIL import Image
    from pycocotools import mask as masks

    rng = np.random.default_rng(1)
    height, width = 180, 270
    Path("images").mkdir()
    shapes, images = [], []
    for number in range(3):
        pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(f"images/{number}.png")
        images.append(
            dict(id=number, file_name=f"{number}.png", width=width, height=height)
        )
        angles = np.sort(rng.random(9)) * 2 * np.pi
        radius = rng.uniform(36, 84, 9)
        outline = np.stack(
            [135 + radius * np.cos(angles), 90 + radius * np.sin(angles)], 1
        ).ravel().tolist()
        shapes.append(dict(
            id=number, image_id=number, category_id=1, iscrowd=0, bbox=[0, 0, 1, 1],
            segmentation=[outline],
        ))
        drawn = masks.decode(masks.frPyObjects([outline], height, width))[..., 0]
        np.save(f"{number}.npy", drawn)
    Path("coco.json").write_text(json.dumps(dict(
        images=images, annotations=shapes, categories=[dict(id=1, name="car")],
    )))
    convert_coco_to_ls("coco.json", "export.json", image_root_url="s3://bucket/a/")
"""


def test_brush__is_read_as_it_was_encoded(label_tool):
    root = label_tool(BRUSHES)
    dataset = LabelStudioFolder(
        str(root),
        annotations="export.json",
        metainfo=dict(classes=CLASSES),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 3
    for number, sample in enumerate(dataset):
        expected = np.load(root / f"{number}.npy")
        assert len(np.unique(expected)) == 3
        assert np.array_equal(sample["gt_seg_map"], expected)


def test_polygons__are_those_of_coco_but_for_their_border(label_tool):
    pytest.importorskip("pycocotools")
    root = label_tool(POLYGONS)
    dataset = LabelStudioFolder(
        str(root),
        annotations="export.json",
        metainfo=dict(classes=("background", "car")),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 3
    for number, sample in enumerate(dataset):
        expected = np.load(root / f"{number}.npy")
        assert expected.sum() > 3000
        differ = sample["gt_seg_map"] != expected
        assert differ.sum() < 0.01 * expected.sum()


def test_init__finds_an_export(label_tool):
    root = label_tool(BRUSHES)
    for labels in (root, root / "export.json"):
        found = find_labels(root / "images", labels)
        assert found.classes == ("background", "Straße", "car")
        assert found.dataset["type"] == "LabelStudioFolder"
        assert len(found.paths) == 3
