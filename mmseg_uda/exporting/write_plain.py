"""A network as stock mmseg loads it: a config, a checkpoint, and their code."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mmseg_uda.engine.config_text import config_text
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.version import __version__

from .plain_config import PlainConfig

CONFIG, WEIGHTS = "model.py", "model.pth"
_HEAD = f"""\
# A plain config of mmseg, written by `mmseg-uda export` ({__version__}):
# MMSegInferencer(model="{CONFIG}", weights="{WEIGHTS}")
"""
_PATH = """\
import sys

sys.path.insert(0, "{{{{ fileDirname }}}}")  # where {name} lies
"""


def write_plain(
    folder: str | Path, plain: PlainConfig, segmentor: nn.Module, meta: Mapping
) -> None:
    """Write ``model.py``, ``model.pth`` and, where it needs one, a package.

    Args:
        folder: Output folder.
        plain: The config.
        segmentor: The network that predicts, with its weights.
        meta: What the checkpoint tells about itself.
    """
    if plain.bundle is not None:
        plain.bundle.write(folder)
    write_atomic(Path(folder, CONFIG), plain_text(plain))
    names = {"classes": tuple(plain.classes), "palette": plain.palette}
    weights = {name: tensor.cpu() for name, tensor in segmentor.state_dict().items()}
    content = io.BytesIO()
    torch.save(
        {"meta": {**meta, "dataset_meta": names}, "state_dict": weights}, content
    )
    write_atomic(Path(folder, WEIGHTS), content.getvalue())


def plain_text(plain: PlainConfig) -> str:
    """Return the text of ``model.py``."""
    dataset = dict(
        type="BaseSegDataset",
        data_root="data",
        data_prefix=dict(img_path="images"),
        metainfo=dict(classes=plain.classes, palette=plain.palette),
        test_mode=True,
        pipeline=plain.pipeline,
    )
    entries: dict[str, Any] = dict(
        default_scope="mmseg",
        model=plain.model,
        test_dataloader=dict(
            batch_size=1,
            num_workers=0,
            sampler=dict(type="DefaultSampler", shuffle=False),
            dataset=dataset,
        ),
        visualizer=dict(
            type="SegLocalVisualizer",
            vis_backends=[dict(type="LocalVisBackend")],
            name="visualizer",
        ),
    )
    own = [] if plain.bundle is None else [plain.bundle.name]
    if own or plain.modules:
        entries["custom_imports"] = dict(
            imports=[*own, *plain.modules], allow_failed_imports=False
        )
    path = _PATH.format(name=own[0]) if own else ""
    return f"{_HEAD}{path}{config_text(entries)}"
