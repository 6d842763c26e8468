#!/usr/bin/env bash
# onnx, onnxruntime: Resize with antialias=1 is not Pillow's rule, until two more things
# are said; one of them is the type of the image.
#
# Usual belief: since opset 18, antialias=1 with mode=cubic and Pillow's coefficient
#   (cubic_coeff_a=-0.5) puts the resizing of a Pillow pipeline into the graph; images may
#   be cast to float first, as everything behind it is float.
# What happens: (1) exclude_outside is 0 by default: windows at the border repeat its
#   pixels, Pillow cuts them off; several gray levels there. (2) On a float image
#   onnxruntime rounds nothing between its two passes, Pillow rounds to a byte: an eighth
#   to a fifth of all pixels end a level off, and sharp ones several, as values beyond 0
#   and 255 live on into the second pass. On uint8 with exclude_outside=1 the result is
#   Pillow's, to rare single levels.
# Why it matters here: a network exported with its preprocessing inside sees other
#   images than in training, and thin objects at borders change their class.
# Version: onnx 1.23.2, onnxruntime 1.32.0, pillow 12.3.0 (Python 3.11 or newer).
# Output seen:
#   cubic, float, as usual:           22.33 % of the values differ, by up to 9
#   cubic, float, exclude_outside:    18.55 % of the values differ, by up to 9
#   cubic, uint8, as usual:           5.62 % of the values differ, by up to 4
#   cubic, uint8, exclude_outside:    0.00 % of the values differ, by up to 0
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onnx==1.23.2 onnxruntime==1.32.0 pillow==12.3.0 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from PIL import Image

image = np.random.default_rng(0).integers(0, 256, (93, 141, 3)).astype(np.uint8)
size = (64, 97)  # height, width
pillow = np.asarray(Image.fromarray(image).resize(size[::-1], Image.BICUBIC)).astype(int)


def resized(kind, **options):
    value = helper.make_tensor_value_info
    node = helper.make_node(
        "Resize", ["x", "", "", "sizes"], ["y"], mode="cubic", cubic_coeff_a=-0.5,
        antialias=1, **options,
    )
    graph = helper.make_graph(
        [node], "resize",
        [value("x", kind, [1, 3, None, None]), value("sizes", TensorProto.INT64, [4])],
        [value("y", kind, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 10
    session = onnxruntime.InferenceSession(model.SerializeToString())
    number = np.uint8 if kind == TensorProto.UINT8 else np.float32
    planes = image.transpose(2, 0, 1)[None].astype(number)
    (out,) = session.run(None, {"x": planes, "sizes": np.array([1, 3, *size])})
    out = np.rint(out[0].transpose(1, 2, 0).astype(float)).clip(0, 255)
    return np.abs(out - pillow)


found = {}
for name, kind in (("float", TensorProto.FLOAT), ("uint8", TensorProto.UINT8)):
    for how, options in (("as usual", {}), ("exclude_outside", {"exclude_outside": 1})):
        off = found[name, how] = resized(kind, **options)
        print(f"{f'cubic, {name}, {how}:':33} {100 * (off > 0).mean():.2f} % of the "
              f"values differ, by up to {int(off.max())}")
assert (found["float", "as usual"] > 0).mean() > 0.1
assert found["float", "exclude_outside"].max() > 2
assert found["uint8", "as usual"].max() > 2
assert found["uint8", "exclude_outside"].max() <= 1
assert (found["uint8", "exclude_outside"] > 0).mean() < 0.001
P
