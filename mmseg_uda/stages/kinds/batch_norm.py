"""Giving weights the batch norm statistics of the target, as a stage of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from mmengine.config import Config
from mmengine.dataset import Compose

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.prediction.target_images import domain_images, inference_pipeline
from mmseg_uda.registry import STAGES
from mmseg_uda.statistics import (
    StatisticsOptions,
    adapt_statistics,
    adaptable_norms,
    movement_table,
    nothing_to_adapt,
    write_adapted,
)
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.options import from_options
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.weights.checkpoints import file_hash

from ..base_stage import WEIGHTS, BaseStage, Takes
from ..checks.building import building
from ..checks.follows import check_follows
from ..checks.full_size_weights import toy_explained
from ..checks.image_headers import check_images
from ..checks.loaders import DataCheck
from ..checks.model import check_model
from ..errors import StageError
from ..run.inputs import Inputs
from ..run.outlook import Outlook
from ..run.stage_run import StageRun
from ..stage_options import check_weights


@STAGES.register_module()
class BatchNormStage(BaseStage):
    """Gives the network of a training the statistics of the target's training images.

    No weight is trained and no label read: it is the control that an adaptation has to
    beat, and a start for one. See :class:`~mmseg_uda.statistics.StatisticsOptions` for
    what the options below mean.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        checkpoint: Training stage whose network it is.
        weights: Which weights of that stage: ``'final'`` or ``'best'``.
        blend: Share of the statistics that the network came with, in [0, 1).
        batch_size: Images that go through the network at once.
        exact: Whether to go through the images once a layer.
        layers: Shell patterns of the batch norms to adapt.

    Raises:
        ValueError: If an option is out of range.
    """

    makes = WEIGHTS
    manifest = "adapted.pth"
    leaves = ("adapted.pth",)
    reads = "target"
    takes: ClassVar[Mapping[str, Takes]] = {
        "checkpoint": Takes(
            WEIGHTS, required="the training stage whose network it is", key="weights"
        )
    }
    looks_at_data = False  # but at its images
    does = "gives the target's batch norm statistics to"

    def __init__(
        self,
        name: str,
        leaf: Path,
        *,
        checkpoint: str,
        weights: str = "final",
        blend: float = 0.0,
        batch_size: int = 8,
        exact: bool = False,
        layers: Sequence[str] = ("*",),
    ) -> None:
        super().__init__(name, leaf)
        check_weights(weights)
        self.checkpoint = checkpoint
        self.weights = weights
        options = dict(blend=blend, batch_size=batch_size, exact=exact, layers=layers)
        self.options = from_options(StatisticsOptions, "BatchNormStage", options)

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return the model, the options, the target's images and how they are read."""
        domain = cfg.train_dataloader.dataset.domains.get(self.reads) or {}
        images = {key: value for key, value in domain.items() if key != "pipeline"}
        return {
            "model": cfg.model,
            "target_statistics": self.options.told(),
            "images": images,
            "pipeline": inference_pipeline(cfg),
        }

    def outputs(self, folder: Path) -> dict[str, str]:
        """Name the file of weights that it has written."""
        digest = file_hash(folder / self.manifest)
        return {"checkpoint": self.manifest, "checkpoint_hash": digest}

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Check that the network has such batch norms, and the data such images."""
        cfg = outlook.config(self)
        with toy_explained(outlook.resolver.request.toy):
            model = check_model(cfg, weights, trains=False)
        check_follows(outlook, self, model, weights)
        if not adaptable_norms(model, self.options.layers):
            raise StageError(f"stage '{self.name}': {nothing_to_adapt(model)}")
        domains = cfg.train_dataloader.dataset.get("domains") or {}
        if domains.get(self.reads) is None:
            raise StageError(
                f"stage '{self.name}': {self.config} has no domain '{self.reads}' "
                "whose images could be looked at"
            )
        with building("the pipeline of a test"):
            Compose(inference_pipeline(cfg))

    def check_data(self, outlook: Outlook, check: DataCheck) -> None:
        """Check the heads of the target's images; it reads no others."""
        cfg = outlook.config(self)
        check_images(cfg, None, self._images(cfg))

    def _images(self, cfg: Config) -> ImageFiles:
        pipeline = inference_pipeline(cfg)
        return domain_images(cfg, self.reads, pipeline, "are looked at")

    def announcement(self, inputs: Inputs) -> str:
        """Say what it is about to make."""
        return f"batch norm statistics of the target for {inputs.weights}"

    def run(self, run: StageRun) -> None:
        """Take the statistics and write the weights with them."""
        cfg, weights = run.cfg, run.inputs.weights
        model = check_model(cfg, weights, trains=False).to(
            choose_device(cfg.get("device"))
        )
        files = self._images(cfg)
        workers = (cfg.get("test_dataloader") or {}).get("num_workers", 0)
        moved, _, warnings = adapt_statistics(model, files, self.options, workers)
        origin = {
            "checkpoint": str(weights),
            "checkpoint_sha256": file_hash(weights),
            "num_images": len(files),
            "options": self.options.told(),
        }
        out = run.folder / self.manifest
        on_rank_zero(write_adapted, model, weights, out, origin)
        run.tell(movement_table(moved))
        for warning in warnings:
            run.say(f"warning: {warning}")
        run.say(f"{len(moved)} batch norms have the statistics of {len(files)} images")
