"""What stands before and behind a network in ONNX, against mmcv and torch."""

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from mmcv.image import rescale_size
from mmcv.transforms import Resize
from onnx import helper

from mmseg_uda.exporting.onnx_export import check_predictions, onnx_session
from mmseg_uda.exporting.onnx_graphs import before, behind
from mmseg_uda.exporting.resizing import Resizing

LIKE = helper.make_model(
    helper.make_graph([], "empty", [], []),
    opset_imports=[helper.make_opsetid("", 20)],
    ir_version=10,
)
SIZES = [(93, 141), (141, 93), (50, 61), (301, 77), (64, 64)]


def image(size, seed=0):
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 9, 9, generator=generator) * 255
    smooth = F.interpolate(coarse, size, mode="bicubic").clamp(0, 255)
    return smooth[0].permute(1, 2, 0).round().numpy().astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keep_ratio", [True, False])
@pytest.mark.parametrize(
    ("backend", "interpolation", "differing"),
    [
        ("pillow", "bicubic", 0.005),
        ("pillow", "bilinear", 0.05),
        ("cv2", "bilinear", 0.3),
        ("cv2", "bicubic", 0.3),
    ],
)
def test_before__resizes_as_mmcv(backend, interpolation, keep_ratio, size, differing):
    options = dict(
        scale=(120, 90),
        keep_ratio=keep_ratio,
        backend=backend,
        interpolation=interpolation,
    )
    pixels = image(size)
    # mmcv resizes BGR and RGB alike
    wanted = Resize(**options).transform({"img": pixels})["img"].astype(int)
    resizing = Resizing.of([dict(type="Resize", **options)])
    session = onnx_session(before(resizing, LIKE))
    given, shape = session.run(None, {"image": pixels})
    assert tuple(shape) == size
    given = given[0].transpose(1, 2, 0)
    assert given.shape == wanted.shape
    off = np.abs(given - wanted)
    assert off.max() <= 2
    assert (off > 0).mean() <= differing


@pytest.mark.parametrize("scale", [(1024, 512), (512, 512), (333, 500), (97, 31)])
def test_before__computes_sizes_as_mmcv(scale):
    resizing = Resizing(scale, True, "pillow", "bicubic")
    session = onnx_session(before(resizing, LIKE))
    for height, width in [(40, 400), (375, 1242), (1052, 1914), (605, 700), (17, 19)]:
        given, _ = session.run(None, {"image": np.zeros((height, width, 3), np.uint8)})
        wide, high = rescale_size((width, height), scale)
        assert given.shape[2:] == (high, wide)


def test_before__without_resizing():
    pixels = image((5, 7))
    given, shape = onnx_session(before(None, LIKE)).run(None, {"image": pixels})
    assert np.array_equal(given[0].transpose(1, 2, 0), pixels)
    assert list(shape) == [5, 7]


@pytest.mark.parametrize("align_corners", [True, False])
def test_behind__is_argmax_and_softmax_of_resized_logits(align_corners):
    logits = torch.randn(1, 4, 9, 13, dtype=torch.float32)
    resized = F.interpolate(
        logits.double(), (50, 71), mode="bilinear", align_corners=align_corners
    )[0]
    session = onnx_session(behind(align_corners, 4, LIKE))
    feeds = {"logits": logits.numpy(), "image_size": np.array([50, 71])}
    labels, confidence = session.run(None, feeds)
    wanted = resized.softmax(0)
    assert labels.dtype == np.uint8
    assert labels.shape == (50, 71)
    assert np.allclose(confidence, wanted.max(0).values, atol=1e-5)
    level = wanted.topk(2, dim=0).values
    clear = (level[0] - level[1] > 1e-5).numpy()
    assert (labels == wanted.argmax(0).numpy())[clear].all()


def test_graphs__are_valid():
    onnx.checker.check_model(before(Resizing((64, 48), True, "cv2", "bilinear"), LIKE))
    onnx.checker.check_model(behind(True, 3, LIKE))


@pytest.mark.parametrize(
    "pipeline",
    [
        [dict(type="Resize", scale_factor=0.5)],
        [dict(type="Resize", scale=(64, 64), interpolation="area")],
        [dict(type="Resize", scale=(64, 64)), dict(type="Resize", scale=(32, 32))],
        [dict(type="CLAHE")],
    ],
)
def test_resizing__what_a_graph_cannot_do_is_refused(pipeline):
    with pytest.raises(ValueError, match="export without --onnx"):
        Resizing.of([dict(type="LoadImageFromFile"), *pipeline])


def test_predictions__that_differ_are_refused():
    probs = torch.tensor([0.6, 0.3, 0.1])[:, None, None].expand(3, 4, 4).clone()
    labels, confidence = np.zeros((4, 4), np.uint8), np.full((4, 4), 0.6, np.float32)
    assert check_predictions(labels, confidence, probs, "an image") == 0
    with pytest.raises(ValueError, match=r"off by 0\.05"):
        check_predictions(labels, confidence + 0.05, probs, "an image")
    labels[1, 1] = 1
    with pytest.raises(ValueError, match=r"off by 0\.3"):
        check_predictions(labels, confidence, probs, "an image")
    probs[:2, 1, 1] = torch.tensor([0.452, 0.448])  # next to level
    confidence[1, 1] = 0.452
    assert check_predictions(labels, confidence, probs, "an image") == 1 / 16
