"""Labels that Datumaro exports, as CVAT does with it, against the ids they were."""

import numpy as np
import pytest

from mmseg_uda.datasets import CocoFolder, LabelledFolder

CLASSES = ("background", "road", "car", "tree")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
WRITE = """
    import numpy as np
    from datumaro.components import annotation as an
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image

    rng = np.random.default_rng(0)
    names = {names}
    items = []
    for number in range(3):
        ids = np.kron(rng.integers(0, 4, (5, 7)), np.ones((6, 6), int))
        np.save(f"{{number}}.npy", ids)
        pixels = rng.integers(0, 256, (30, 42, 3)).astype(np.uint8)
        masks = [an.Mask(image=(ids == c), label=c) for c in range(1, 4)]
        items.append(DatasetItem(
            id=f"{{number}}", subset="train", media=Image.from_numpy(data=pixels),
            annotations=masks,
        ))
    categories = {{
        an.AnnotationType.label: an.LabelCategories.from_iterable(names),
        an.AnnotationType.mask: an.MaskCategories(
            {{0: (0, 0, 0), 1: (128, 64, 128), 2: (0, 0, 142), 3: (10, 200, 30)}}
        ),
    }}
    made = Dataset.from_iterable(items, categories=categories, media_type=Image)
    made.export("out", {format!r}, save_media=True)
"""


def written(label_tool, format):
    folder = label_tool(WRITE.format(names=list(CLASSES), format=format))
    return folder / "out", [np.load(folder / f"{number}.npy") for number in range(3)]


def test_voc_masks__by_their_labelmap(label_tool):
    root, ids = written(label_tool, "voc_segmentation")
    dataset = LabelledFolder(
        str(root),
        image_dir="JPEGImages",
        label_dir="SegmentationClass",
        metainfo=dict(classes=CLASSES),
        label_format=dict(type="ColorLabels", table="labelmap.txt"),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 3
    for sample, expected in zip(dataset, ids, strict=True):
        assert np.array_equal(sample["gt_seg_map"], expected)


def test_coco__instances(label_tool):
    pytest.importorskip("pycocotools")
    root, ids = written(label_tool, "coco_instances")
    dataset = CocoFolder(
        str(root),
        annotations="annotations/instances_train.json",
        image_dir="images/train",
        metainfo=dict(classes=CLASSES),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 3
    for sample, expected in zip(dataset, ids, strict=True):
        assert np.array_equal(sample["gt_seg_map"], expected)
