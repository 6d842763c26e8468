"""Outlines that Label Studio's converter writes as YOLO's text files."""

import numpy as np
import pytest
from mmseg.registry import DATASETS

from mmseg_uda.planning.find_labels import find_labels

EXPORT = """
    import json
    import numpy as np
    from label_studio_sdk.converter.converter import Converter
    from pathlib import Path
    from PIL import Image
    from pycocotools import mask as masks

    rng = np.random.default_rng(1)
    height, width = 90, 135
    config = '''<View><Image name="image" value="$image"/>
        <PolygonLabels name="tag" toName="image">
        <Label value="spall"/><Label value="crack"/></PolygonLabels></View>'''
    Path("images").mkdir()
    tasks = []
    for number in range(3):
        pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(f"images/{number}.png")
        ids, results = np.zeros((height, width), np.uint8), []
        for value, label in ((2, "crack"), (1, "spall")):  # in the order of drawing
            angles = np.sort(rng.random(7)) * 2 * np.pi
            radius = rng.uniform(10, 30, 7)
            centre = rng.uniform(35, 55, 2)
            x, y = centre[:, None] + radius * np.stack([np.cos(angles), np.sin(angles)])
            outline = np.stack([x, y], 1).ravel().tolist()
            drawn = masks.decode(masks.frPyObjects([outline], height, width))[..., 0]
            ids[drawn > 0] = value
            points = np.stack([100 * x / width, 100 * y / height], 1).tolist()
            results.append(dict(
                id=label, type="polygonlabels", from_name="tag", to_name="image",
                original_width=width, original_height=height, image_rotation=0,
                value=dict(points=points, closed=True, polygonlabels=[label]),
            ))
        np.save(f"{number}.npy", ids)
        tasks.append(dict(
            id=number, data=dict(image=f"images/{number}.png"),
            annotations=[dict(id=1, was_cancelled=False, result=results)],
        ))
    Path("export.json").write_text(json.dumps(tasks))
    converter = Converter(config, ".", download_resources=False)
    converter.convert_to_yolo("export.json", "out", is_dir=False)
"""


def test_yolo__init_finds_an_export(label_tool):
    pytest.importorskip("pycocotools")
    folder = label_tool(EXPORT)
    found = find_labels(folder / "images", folder / "out/labels")
    # the converter sorts its classes
    assert found.classes == ("background", "crack", "spall")
    assert "classes.txt" in found.encoding
    config = {**found.dataset, "metainfo": {"classes": found.classes}}
    config["pipeline"] = [dict(type="LoadImageFromFile"), dict(type="LoadLabels")]
    number_of = np.array([0, 2, 1])  # of background, spall and crack
    for index, sample in enumerate(DATASETS.build(config)):
        expected = number_of[np.load(folder / f"{index}.npy")]
        assert np.mean(sample["gt_seg_map"] != expected) < 0.002
