"""Labels that LabelMe writes, against the class ids that LabelMe draws of them."""

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.datasets.label_formats import LabelMeLabels

CLASSES = ("_background_", "c0", "c1", "c2", "c3")
WRITE = """
    import numpy as np
    from labelme import utils
    from labelme.label_file import LabelFile
    from PIL import Image

    rng = np.random.default_rng({seed})
    height, width = 150, 200
    fewest = dict(
        polygon=3, rectangle=2, circle=2, line=2, linestrip=4, point=1, mask=2
    )
    shapes = []
    for number in range(14):
        kind = list(fewest)[number % len(fewest)]
        count = fewest[kind] + (kind == "polygon") * int(rng.integers(0, 5))
        points = rng.random((count, 2)) * [width, height]
        if kind == "rectangle":
            points = np.sort(points, axis=0)
        shape = dict(label=f"c{{number % 4}}", shape_type=kind, group_id=None)
        if kind == "mask":
            left, top = rng.integers(0, [width - 40, height - 30])
            mask = rng.random((30, 40)) < 0.5
            shape["mask"] = utils.img_arr_to_b64(mask.astype(np.uint8))
            points = np.array([[left, top], [left + 39, top + 29]], float)
        shape["points"] = points.tolist()
        shapes.append(shape)
    LabelFile().save("a.json", shapes, "a.jpg", height, width)
    names = {names}
    ids = np.zeros((height, width), np.uint8)
    for shape in shapes:
        value = names.index(shape["label"])
        if shape["shape_type"] == "mask":
            (left, top), (right, bottom) = np.array(shape["points"], int)
            mask = utils.img_b64_to_arr(shape["mask"]).astype(bool)
            ids[top : bottom + 1, left : right + 1][mask] = value
        else:
            drawn = utils.shape_to_mask(
                (height, width), shape["points"], shape["shape_type"]
            )
            ids[drawn] = value
    Image.fromarray(ids).save("a.png")
"""


@pytest.mark.parametrize("seed", range(3))
def test_labelme__is_read_as_it_draws(label_tool, seed):
    folder = label_tool(WRITE.format(seed=seed, names=list(CLASSES)))
    labels = LabelMeLabels()
    labels.bind(folder, CLASSES, ())
    drawn = np.asarray(Image.open(folder / "a.png"))
    assert len(np.unique(drawn)) > 2
    assert np.array_equal(labels.read(folder / "a.json"), drawn)
