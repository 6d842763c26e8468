"""Projects that Supervisely's package writes, against what it draws of them."""

import json
from pathlib import Path

import numpy as np
import pytest

from mmseg_uda.datasets import SuperviselyFolder
from mmseg_uda.planning.find_labels import find_labels

CLASSES = ("background", "road", "Fußgänger", "tree")
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
WRITE = """
    import numpy as np
    import supervisely as sly

    rng = np.random.default_rng({seed})
    height, width = 60, 90
    names = ["road", "Fußgänger", "tree"]
    classes = [sly.ObjClass(n, sly.AnyGeometry) for n in names]
    project = sly.Project("out", sly.OpenMode.CREATE)
    project.set_meta(sly.ProjectMeta(obj_classes=classes))

    def polygon(low, count):
        low, high = np.array(low), np.array([height, width])
        points = low + rng.random((count, 2)) * (high - low)
        return [sly.PointLocation(*map(int, point)) for point in points]

    def geometry(kind):
        if kind == "polygon":
            return sly.Polygon(polygon((0, 0), 6), [polygon((20, 20), 3)])
        if kind == "rectangle":
            (top, bottom), (left, right) = (
                np.sort(rng.integers(0, side, 2)) for side in (height, width)
            )
            return sly.Rectangle(int(top), int(left), int(bottom), int(right))
        top, left = rng.integers(0, [height - 20, width - 30])
        mask = rng.random((20, 30)) < 0.5
        return sly.Bitmap(mask, sly.PointLocation(int(top), int(left)))

    for folder in ("ds0", "ds0/ds1"):
        dataset = project.create_dataset(folder.split("/")[-1], folder)
        for number in range(2):
            name = f"{{number}}.jpg"
            pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
            kinds = ["polygon", "rectangle", "bitmap"] * 3
            labels = [
                sly.Label(geometry(kind), classes[int(rng.integers(3))])
                for kind in kinds
            ]
            made = sly.Annotation((height, width), labels)
            dataset.add_item_np(name, pixels, made)
            ids = np.zeros((height, width), np.uint8)
            for label in labels:
                label.draw(ids, color=1 + classes.index(label.obj_class))
            np.save(f"{{folder.replace('/', '-')}}-{{number}}.npy", ids)
"""


@pytest.mark.parametrize("seed", range(3))
def test_supervisely__is_read_as_it_draws(label_tool, seed):
    root = label_tool(WRITE.format(seed=seed))
    project = root / "out"
    dataset = SuperviselyFolder(
        str(project), metainfo=dict(classes=CLASSES), pipeline=PIPELINE
    )
    seen = {}
    for sample in dataset:
        parts = Path(sample["img_path"]).relative_to(project).with_suffix("").parts
        name = "-".join(part for part in parts if part not in ("img", "datasets"))
        seen[name] = sample["gt_seg_map"]
    assert sorted(seen) == ["ds0-0", "ds0-1", "ds0-ds1-0", "ds0-ds1-1"]
    for name, labels in seen.items():
        drawn = np.load(root / f"{name}.npy")
        assert len(np.unique(drawn)) > 2
        assert np.array_equal(labels, drawn)


def test_supervisely__init_finds_a_project(label_tool):
    project = label_tool(WRITE.format(seed=0)) / "out"
    colors = {
        one["title"]: one["color"].lower()
        for one in json.loads((project / "meta.json").read_text())["classes"]
    }
    found = find_labels(project, project)
    assert found.classes == CLASSES
    assert found.dataset["type"] == "SuperviselyFolder"
    assert ["#{:02x}{:02x}{:02x}".format(*rgb) for rgb in found.palette[1:]] == [
        colors[name] for name in CLASSES[1:]
    ]
    assert len(found.paths) == 4
