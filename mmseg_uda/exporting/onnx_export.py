"""A network as ONNX, from the pixels of an image to the class of each of them."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import compose
from torch.export import ExportedProgram

from mmseg_uda.utils.atomic_files import write_atomic

from .network_program import NetworkProgram, check_logits, noise
from .onnx_graphs import before, behind
from .resizing import Resizing

_OPSET = 20  # the first whose Resize keeps Pillow's rule
#: How far probabilities may be off, and classes be apart that are confused.
TOLERANCE = 0.01


def write_onnx(
    path: Path,
    program: ExportedProgram,
    network: NetworkProgram,
    sizes: Sequence[tuple[int, int]],
    resizing: Resizing | None,
    classes: Sequence[str],
    images: Sequence[np.ndarray],
    wanted: Sequence[torch.Tensor],
) -> list[float]:
    """Write a network as ONNX and compare what it predicts.

    The graph takes ``image`` (H, W, 3) uint8, RGB, of any size, and gives ``labels``
    (H, W) uint8 and ``confidence`` (H, W) float32, at the same size.

    Args:
        path: Output file.
        program: The exported network.
        network: The same in PyTorch.
        sizes: (H, W) at which the network alone is compared.
        resizing: How images are resized.
        classes: Names by id.
        images: Images (H, W, 3), uint8, RGB, to compare predictions on.
        wanted: Probabilities (K, H, W) of each by PyTorch.

    Returns:
        For each image the share of pixels whose class differs; only classes that are
        next to level may.

    Raises:
        ValueError: If it cannot be exported, or predicts something else.
    """
    inner = onnx_network(program, network, sizes)
    model = with_both_ends(inner, resizing, network.align_corners, classes)
    session = onnx_session(model)
    differing = []
    for image, probs in zip(images, wanted, strict=True):
        image = np.ascontiguousarray(image)
        name = f"an image of {image.shape[1]}x{image.shape[0]} pixels"
        labels, confidence = _run(session, {"image": image}, name)
        differing.append(check_predictions(labels, confidence, probs, name))
    write_atomic(path, model.SerializeToString())
    return differing


def onnx_network(
    program: ExportedProgram, network: NetworkProgram, sizes: Sequence[tuple[int, int]]
) -> onnx.ModelProto:
    """Return the network alone: ``pixels`` to ``logits``, checked at some sizes.

    Raises:
        ValueError: If it cannot be exported, or computes something else.
    """
    try:
        with _quiet():
            exported = torch.onnx.export(
                program,
                dynamo=True,
                opset_version=_OPSET,
                input_names=["pixels"],
                output_names=["logits"],
                verbose=False,
            )
    except Exception as error:  # of any layer, by any exporter
        raise ValueError(
            "this network cannot be written as ONNX: "
            f"{str(error).strip().splitlines()[0]}"
        ) from error
    model = exported.model_proto
    session = onnx_session(model)
    for size in sizes:
        image = noise(size)
        name = f"{size[1]}x{size[0]} pixels"
        (given,) = _run(session, {"pixels": image.numpy()}, name)
        check_logits(torch.from_numpy(given), network(image), size, "ONNX")
    return model


def _run(session: Any, inputs: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    """Run a graph on what ``name`` says.

    Raises:
        ValueError: If onnxruntime cannot, as with sizes that were frozen into it.
    """
    try:
        return session.run(None, inputs)
    except Exception as error:  # of its own, each its own class
        raise ValueError(
            f"the ONNX network fails at {name}: {error}. Nothing was written; export "
            "without --onnx"
        ) from error


def with_both_ends(
    network: onnx.ModelProto,
    resizing: Resizing | None,
    align_corners: bool,
    classes: Sequence[str],
) -> onnx.ModelProto:
    """Put loading before a network and reading of its logits behind it.

    Args:
        network: What :func:`onnx_network` returns.
        resizing: How images are resized.
        align_corners: How logits are resized to the image.
        classes: Names by id, which the file holds as ``classes``, in JSON.
    """
    network = compose.add_prefix(network, "network_")
    whole = compose.merge_models(
        before(resizing, network),
        network,
        io_map=[("pixels", "network_pixels")],
        outputs=["network_logits", "size"],
    )
    whole = compose.merge_models(
        whole,
        behind(align_corners, len(classes), network),
        io_map=[("network_logits", "logits"), ("size", "image_size")],
    )
    whole.graph.name = "mmseg_uda"
    onnx.helper.set_model_props(whole, {"classes": json.dumps(list(classes))})
    onnx.checker.check_model(whole)
    return whole


def check_predictions(
    labels: np.ndarray, confidence: np.ndarray, wanted: torch.Tensor, name: str
) -> float:
    """Compare what a graph predicts with probabilities by PyTorch.

    Args:
        labels: Class of each pixel, (H, W).
        confidence: Its probability, (H, W).
        wanted: Probabilities (K, H, W).
        name: Of the image, for a message.

    Returns:
        Share of the pixels whose class differs.

    Raises:
        ValueError: If a probability is off by more than :data:`TOLERANCE`, or classes
            are confused that are further apart.
    """
    best = wanted.max(0).values.numpy()
    chosen = wanted.gather(0, torch.from_numpy(labels).long()[None])[0].numpy()
    off = max(float(np.abs(confidence - best).max()), float((best - chosen).max()))
    if off > TOLERANCE:
        raise ValueError(
            f"the ONNX graph predicts otherwise than PyTorch on {name}: probabilities "
            f"are off by {off:.2g}, {TOLERANCE} is allowed. Nothing was written; "
            "export without --onnx"
        )
    return float((labels != wanted.argmax(0).numpy()).mean())


def onnx_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return what runs a model on the CPU."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what fails is raised
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the exporter tells its authors."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
