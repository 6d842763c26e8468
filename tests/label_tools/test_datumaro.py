"""Labels that Datumaro exports, as CVAT does with it, against the ids they were."""

import numpy as np
import pytest
from mmseg.registry import DATASETS

from mmseg_uda.datasets import CocoFolder, LabelledFolder
from mmseg_uda.planning.find_labels import find_labels

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
        masks = [an.Mask(image=(ids == c), label=c, id=c) for c in range(1, 4)]
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
    if not {colors}:
        del categories[an.AnnotationType.mask]
    made = Dataset.from_iterable(items, categories=categories, media_type=Image)
    made.export("out", {format!r}, save_media=True, **{options})
"""


def written(label_tool, format, colors=True, **options):
    script = WRITE.format(
        names=list(CLASSES), format=format, colors=colors, options=options
    )
    folder = label_tool(script)
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


def assert_found(found, ids, classes=CLASSES):
    """Assert that what init finds reads the labels as they were."""
    assert found.classes == classes
    dataset = DATASETS.build(
        {**found.dataset, "metainfo": {"classes": classes}, "pipeline": PIPELINE}
    )
    assert len(dataset) == 3
    for sample, expected in zip(dataset, ids, strict=True):
        assert np.array_equal(sample["gt_seg_map"], expected)


@pytest.mark.parametrize("colors", [True, False], ids=["colours", "no colours"])
@pytest.mark.parametrize("painted", [True, False], ids=["painted", "indices"])
def test_voc__init_takes_names_from_the_labelmap(label_tool, colors, painted):
    root, ids = written(
        label_tool,
        "voc_segmentation",
        colors,
        apply_colormap=painted,
        label_map="source",
    )
    found = find_labels(root / "JPEGImages", root / "SegmentationClass")
    assert_found(found, ids)


def test_panoptic__init_finds_an_export(label_tool):
    root, ids = written(label_tool, "coco_panoptic")
    names = ("road", "car", "tree")
    ids = [(label - 1) % 256 for label in ids]  # background is no segment
    for images, labels in (
        (root / "images/train", root / "annotations/panoptic_train.json"),
        (root / "images", root / "annotations"),
        (root, root),
    ):
        found = find_labels(images, labels)
        assert found.encoding == "COCO panoptic"
        assert_found(found, ids, names)
