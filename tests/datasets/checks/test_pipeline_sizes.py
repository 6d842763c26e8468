"""Sizes behind a pipeline, told from the size of the image alone."""

import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from mmseg_uda.datasets.checks.pipeline_sizes import Sizes, sizes_behind

PIPELINES = {
    "resize": [dict(type="Resize", scale=(60, 40))],
    "keep_ratio": [dict(type="Resize", scale=(60, 40), keep_ratio=True)],
    "factor": [dict(type="Resize", scale_factor=0.37)],
    "factor_ratio": [dict(type="Resize", scale_factor=(0.5, 0.5), keep_ratio=True)],
    "random": [dict(type="RandomResize", scale=(60, 40), ratio_range=(0.5, 1.6))],
    "random_ratio": [
        dict(
            type="RandomResize", scale=(60, 40), ratio_range=(0.5, 2.0), keep_ratio=True
        )
    ],
    "range": [dict(type="RandomResize", scale=[(30, 40), (50, 44)])],
    "choice": [
        dict(type="RandomChoiceResize", scales=[(30, 20), (90, 70)], keep_ratio=True)
    ],
    "choice_shortest": [
        dict(
            type="RandomChoiceResize",
            scales=[30, 55],
            resize_type="ResizeShortestEdge",
            max_size=90,
        )
    ],
    "shortest": [dict(type="ResizeShortestEdge", scale=33, max_size=50)],
    "multiple": [dict(type="ResizeToMultiple", size_divisor=16)],
    "crop": [dict(type="RandomCrop", crop_size=(20, 300))],
    "centre": [dict(type="CenterCrop", crop_size=(30, 20))],
    "pad": [dict(type="Pad", size=(90, 70))],
    "square": [dict(type="Pad", pad_to_square=True)],
    "divisor": [dict(type="Pad", size_divisor=32)],
    "apply": [
        dict(type="RandomApply", transforms=[dict(type="Resize", scale=(9, 200))])
    ],
    "branches": [
        dict(
            type="RandomChoice",
            transforms=[
                [dict(type="Resize", scale=(9, 200))],
                [dict(type="RandomFlip", prob=1.0), dict(type="PhotoMetricDistortion")],
            ],
        )
    ],
    "chain": [
        dict(type="RandomResize", scale=(60, 40), ratio_range=(1.0, 2.0)),
        dict(type="DiverseCrop", crop_size=(40, 50), min_labels=1),
        dict(type="RandomFlip", prob=0.5),
    ],
}


@pytest.mark.parametrize("size", [(64, 48), (37, 91), (200, 40)])
@pytest.mark.parametrize("name", PIPELINES)
def test_sizes_behind__as_the_pipeline_does(name, size):
    init_default_scope("mmseg")
    pipeline = Compose(PIPELINES[name])
    sizes, _ = sizes_behind(pipeline.transforms, size)
    seen = set()
    for seed in range(40):
        np.random.seed(seed)  # noqa: NPY002 - mmcv's generator
        image = np.zeros((*size[::-1], 3), np.uint8)
        results = dict(img=image, img_shape=image.shape[:2], seg_fields=[])
        seen.add(pipeline(results)["img"].shape[1::-1])
    for axis in (0, 1):
        sides = [one[axis] for one in seen]
        assert sizes.low[axis] <= min(sides) <= max(sides) <= sizes.high[axis]
        # and not much wider than what is drawn
        assert min(sides) - sizes.low[axis] <= 0.1 * min(sides)
        assert sizes.high[axis] - max(sides) <= 0.1 * max(sides)
    assert sizes.fixed is (len(seen) == 1)


def test_sizes_behind__what_is_not_known():
    def own(results):
        return results

    known = Compose([dict(type="Resize", scale=(60, 40))]).transforms
    assert sizes_behind([*known, own], (5, 5)) == (None, [])
    assert sizes_behind(known, (5, 5))[0] == Sizes((60, 40), (60, 40))


@pytest.mark.parametrize("kind", ["RandomCrop", "DiverseCrop"])
def test_sizes_behind__crops_that_are_too_large(kind):
    init_default_scope("mmseg")
    resize = dict(type="RandomResize", scale=(60, 40), ratio_range=(0.9, 2.0))
    pipeline = Compose([resize, dict(type=kind, crop_size=(40, 50))]).transforms
    ((cut,),) = (sizes_behind(pipeline, (64, 48))[1],)
    assert (type(cut.transform).__name__, cut.crop, cut.size) == (
        kind,
        (50, 40),
        (54, 36),
    )
    pipeline[0].ratio_range = (1.0, 2.0)
    assert sizes_behind(pipeline, (64, 48))[1] == []
