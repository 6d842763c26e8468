"""From a config and a checkpoint to files that work without this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.prediction.build_model import build_model, check_has_model
from mmseg_uda.prediction.load_networks import load_networks
from mmseg_uda.prediction.loading import one_by_one
from mmseg_uda.prediction.target_images import (
    folder_reader,
    target_classes,
)
from mmseg_uda.structures.predict_probs import predict_probs
from mmseg_uda.structures.seg_heads import num_outputs
from mmseg_uda.utils.atomic_files import write_atomic, write_json
from mmseg_uda.version import __version__
from mmseg_uda.visualization.class_colors import class_colors
from mmseg_uda.weights.checkpoints import TRAINING_PARTS, file_hash
from mmseg_uda.weights.weight_files import check_is_file

from .check_plain import check_plain
from .export_folder import REPORT, check_free, export_folder
from .model_card import CARD, model_card
from .network_program import NetworkProgram, exported_program
from .plain_config import PlainConfig, unlabelled_pipeline
from .resizing import Resizing
from .sample_images import odd_sizes, write_samples
from .write_plain import write_plain

ONNX, PROGRAM = "model.onnx", "model.pt2"
_LONGEST = 640  # side of the images that the check predicts, pixels
_LONGEST_INSIDE = 320  # of those that the network alone is compared on


@dataclass(frozen=True)
class Trained:
    """A network with its weights, and how it sees images.

    Attributes:
        model: mmseg's segmentor, or one of ours around it.
        reader: How image files are read.
        pipeline: Transforms of a test.
        plain: The config for stock mmseg.
    """

    model: nn.Module
    reader: ImageReader
    pipeline: list
    plain: PlainConfig

    @property
    def segmentor(self) -> nn.Module:
        """The network that predicts."""
        return getattr(self.model, "segmentor", self.model)


def export(
    cfg: Config,
    checkpoint: str | Path,
    out: str | Path,
    story: Mapping[str, Any],
    onnx: bool = False,
    program: bool = False,
    overwrite: bool = False,
) -> dict:
    """Write an export and check that it predicts what the network predicts.

    The folder holds ``model.py`` and ``model.pth`` for stock mmseg, with a small
    package where the network has parts of ours; if wanted ``model.onnx`` and
    ``model.pt2``; a model card, ``README.md``; and ``export.json``. It appears whole or
    not at all.

    Args:
        cfg: Config of the network: of this project or mmseg's.
        checkpoint: Its weights.
        out: Output folder.
        story: What the card tells of the network, see :func:`.model_card`.
        onnx: Write ONNX, from pixels to classes.
        program: Write a program of ``torch.export``.
        overwrite: Replace an export that is there.

    Returns:
        The content of ``export.json``.

    Raises:
        ValueError: If something cannot be exported, or predicts otherwise.
        FileNotFoundError: If the checkpoint is missing.
        FileExistsError: If the folder holds something.
    """
    path = check_is_file(checkpoint, "checkpoint")
    check_has_model(cfg)
    check_free(out, overwrite)
    trained = _trained(cfg, path)
    origin = {
        "mmseg_uda": __version__,
        "config": Path(cfg.filename).name if cfg.filename else "",
        "checkpoint": path.name,
        "checkpoint_sha256": file_hash(path),
    }
    with export_folder(out) as folder, TemporaryDirectory() as temporary:
        resizing = Resizing.of(trained.pipeline) if onnx else None
        sizes = odd_sizes(min(_longest(trained.pipeline), _LONGEST))
        samples = write_samples(Path(temporary), sizes, trained.reader)
        wanted = _predicted(trained, samples)
        write_plain(folder, trained.plain, trained.segmentor, origin)
        checks = {
            "images": [f"{width}x{height}" for height, width in sizes],
            "pixels_that_differ": check_plain(folder, samples, wanted),
        }
        if onnx or program:
            checks |= _write_programs(
                folder, trained, resizing, samples, wanted, onnx, program
            )
        report = {**origin, "classes": trained.plain.classes, "checked": checks}
        programs = ["onnx"] * onnx + ["program"] * program
        story = {**story, "programs": programs}
        card = model_card(trained.plain, trained.reader, story, report)
        write_atomic(folder / CARD, card)
        report["files"] = {
            str(file.relative_to(folder)): file_hash(file)
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        write_json(folder / REPORT, report)
    return report


def _trained(cfg: Config, checkpoint: Path) -> Trained:
    init_default_scope(cfg.get("default_scope", "mmseg"))
    reader = folder_reader(cfg, "target")
    pipeline = unlabelled_pipeline(cfg)
    model = build_model(cfg)
    load_networks(model, [checkpoint], ignore=TRAINING_PARTS)
    model = revert_sync_batchnorm(model).eval()
    outputs = num_outputs(getattr(model, "segmentor", model))
    classes, palette = class_colors(cfg, outputs or len(target_classes(cfg) or ()))
    plain = PlainConfig(cfg, classes, palette, reader)
    return Trained(model, reader, pipeline, plain)


def _longest(pipeline: Sequence[dict]) -> int:
    """Return the longest side that a pipeline makes of images."""
    scales = [t["scale"] for t in pipeline if t["type"] == "Resize" and "scale" in t]
    sides = [s if isinstance(s, int) else max(s) for s in scales]
    return max(sides, default=_LONGEST)


def _predicted(trained: Trained, paths: Sequence[Path]) -> list[Tensor]:
    """Return the probabilities of images, as every tool here predicts them."""
    images = ImageFiles(paths, paths[0].parent, trained.pipeline, trained.reader)
    return [
        predict_probs(trained.model, data)
        for _, data in one_by_one(images, range(len(paths)))
    ]


def _write_programs(
    folder: Path,
    trained: Trained,
    resizing: Resizing | None,
    samples: Sequence[Path],
    wanted: Sequence[Tensor],
    onnx: bool,
    program: bool,
) -> dict:
    """Write ONNX and torch.export; returns what their checks have found."""
    network = NetworkProgram(trained.segmentor, trained.model.data_preprocessor)
    longest = min(_longest(trained.pipeline), _LONGEST_INSIDE)
    sizes = odd_sizes(longest)
    found = {}
    with torch.no_grad():
        exported = exported_program(network, sizes)
        if program:
            torch.export.save(exported, folder / PROGRAM)
            found["program_sizes"] = [f"{width}x{height}" for height, width in sizes]
        if onnx:
            from .onnx_export import write_onnx

            found["onnx_pixels_that_differ"] = write_onnx(
                folder / ONNX,
                exported,
                network,
                sizes,
                resizing,
                trained.plain.classes,
                [trained.reader.read(path)[..., ::-1] for path in samples],
                wanted,
            )
    return found
