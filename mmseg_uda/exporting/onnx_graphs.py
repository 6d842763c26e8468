"""What stands before and behind a network in an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .resizing import Resizing


class Graph:
    """Builds a graph node by node; names of values are chosen by itself.

    Args:
        name: Name of the graph, before those of its values.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(
        self, kind: str, *inputs: str, output: str = "", **attributes: object
    ) -> str:
        """Add a node and return the name of its output."""
        output = output or f"{self.name}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values: object, kind: type) -> str:
        """Add numbers and return their name."""
        name = f"{self.name}_constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def model(
        self,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        like: onnx.ModelProto,
    ) -> onnx.ModelProto:
        """Return the model, of the versions of another one."""
        graph = helper.make_graph(
            self.nodes, self.name, inputs, outputs, self.constants
        )
        opsets = [o for o in like.opset_import if o.domain == ""]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = like.ir_version
        return model


def before(resizing: Resizing | None, like: onnx.ModelProto) -> onnx.ModelProto:
    """Return what loads an image: ``image`` (H, W, 3) uint8 to ``pixels``, ``size``.

    Args:
        resizing: How it is resized; None: not.
        like: A model whose versions are taken.
    """
    graph = Graph("before")
    size = graph.add("Shape", "image", start=0, end=2, output="size")
    planes = graph.add("Transpose", "image", perm=[2, 0, 1])
    planes = graph.add("Unsqueeze", planes, graph.constant([0], np.int64))
    if resizing is not None:
        planes = _resized(graph, planes, size, resizing)
    graph.add("Cast", planes, to=TensorProto.FLOAT, output="pixels")
    return graph.model(
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["H", "W", 3])],
        [
            helper.make_tensor_value_info(
                "pixels", TensorProto.FLOAT, [1, 3, "h", "w"]
            ),
            helper.make_tensor_value_info("size", TensorProto.INT64, [2]),
        ],
        like,
    )


def _resized(graph: Graph, planes: str, size: str, resizing: Resizing) -> str:
    """Resize (1, 3, H, W) uint8 as mmcv does, and round as it does."""
    width, height = resizing.scale
    if resizing.keep_ratio:
        wanted = _fitting(graph, size, max(width, height), min(width, height))
    else:
        wanted = graph.constant([height, width], np.int64)
    sizes = graph.add("Concat", graph.constant([1, 3], np.int64), wanted, axis=0)
    if resizing.backend == "pillow":  # whole numbers between its two passes as well
        return graph.add("Resize", planes, "", "", sizes, **resizing.attributes)
    planes = graph.add("Cast", planes, to=TensorProto.FLOAT)
    planes = graph.add("Resize", planes, "", "", sizes, **resizing.attributes)
    planes = graph.add("Floor", _plus(graph, planes, 0.5, np.float32))
    ends = graph.constant(0, np.float32), graph.constant(255, np.float32)
    return graph.add("Clip", planes, *ends)


def _fitting(graph: Graph, size: str, long: int, short: int) -> str:
    """Return the size that keeps the ratio, in mmcv's arithmetic: float64, half up."""
    sides = graph.add("Cast", size, to=TensorProto.DOUBLE)
    axis = graph.constant([0], np.int64)
    largest = graph.add("ReduceMax", sides, axis, keepdims=1)
    smallest = graph.add("ReduceMin", sides, axis, keepdims=1)
    by_long = graph.add("Div", graph.constant([long], np.float64), largest)
    by_short = graph.add("Div", graph.constant([short], np.float64), smallest)
    scaled = graph.add("Mul", sides, graph.add("Min", by_long, by_short))
    rounded = graph.add("Floor", _plus(graph, scaled, 0.5, np.float64))
    return graph.add("Cast", rounded, to=TensorProto.INT64)


def _plus(graph: Graph, values: str, number: float, kind: type) -> str:
    return graph.add("Add", values, graph.constant(number, kind))


def behind(align_corners: bool, classes: int, like: onnx.ModelProto) -> onnx.ModelProto:
    """Return what reads logits: to ``labels`` (uint8) and ``confidence``, (H, W) each.

    Args:
        align_corners: How logits are resized to the image.
        classes: How many there are.
        like: A model whose versions are taken.
    """
    graph = Graph("behind")
    sizes = graph.add(
        "Concat", graph.constant([1, classes], np.int64), "image_size", axis=0
    )
    corners = "align_corners" if align_corners else "half_pixel"
    logits = graph.add(
        "Resize",
        "logits",
        "",
        "",
        sizes,
        mode="linear",
        coordinate_transformation_mode=corners,
    )
    first = graph.constant([0], np.int64)
    logits = graph.add("Squeeze", logits, first)
    labels = graph.add("ArgMax", logits, axis=0, keepdims=0)
    graph.add("Cast", labels, to=TensorProto.UINT8, output="labels")
    probabilities = graph.add("Softmax", logits, axis=0)
    graph.add("ReduceMax", probabilities, first, keepdims=0, output="confidence")
    shape = [1, classes, "h", "w"]
    return graph.model(
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape),
            helper.make_tensor_value_info("image_size", TensorProto.INT64, [2]),
        ],
        [
            helper.make_tensor_value_info("labels", TensorProto.UINT8, ["H", "W"]),
            helper.make_tensor_value_info("confidence", TensorProto.FLOAT, ["H", "W"]),
        ],
        like,
    )
