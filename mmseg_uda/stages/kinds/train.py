"""Training as a stage of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from mmengine.config import Config
from torch import nn

from mmseg_uda.datasets.checks.decoded_before import memory_folder
from mmseg_uda.engine.checkpoints import find_resumable, iteration_checkpoints
from mmseg_uda.engine.distributed import set_cpu_model_wrapper
from mmseg_uda.registry import STAGES
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.weights.checkpoints import file_hash

from ..base_stage import WEIGHTS, BaseStage, Takes
from ..checks.domains import check_domains
from ..checks.follows import check_follows
from ..checks.full_size_weights import toy_explained
from ..checks.labels_come import check_labels_come
from ..checks.loaders import DataCheck
from ..checks.model import check_model
from ..checks.outline import told_of_model
from ..checks.random_parts import warn_of_random_parts
from ..checks.regions import check_region_heads, rules_on_disk
from ..checks.short_run import too_short_for
from ..checks.short_schedules import rate_zero_before
from ..checks.training import check_training
from ..checks.translating import check_translations_come
from ..config.config_nodes import deciding_hooks, stopping
from ..config.overrides import (
    REGION_TRANSFORMS,
    set_labels,
    set_regions,
    set_translated,
)
from ..config.stage_data import add_region_labels, join_translations
from ..equation import as_equation, describe
from ..errors import StageError
from ..plan.build_stage import config_of
from ..plan.resolve import Resolver
from ..ranks import say
from ..run.inputs import Inputs
from ..run.outlook import Outlook
from ..run.record import DECIDING, data_roots
from ..run.stage_run import StageRun
from ..stage_options import check_weights, names_in
from ..told import Told
from ..training.train import train


@STAGES.register_module()
class TrainStage(BaseStage):
    """Trains a model, from its start or from the weights of another stage.

    Args:
        name: See :class:`BaseStage`.
        leaf: See :class:`BaseStage`.
        config: Config file of the training, relative to the leaf; None: the leaf. One
            that has stages itself stands for its last training.
        cfg_options: What to change in that config, dotted key -> value.
        load_from: Earlier stage whose weights it starts from, or a weight file.
        labels: Stage whose pseudo-labels it learns from.
        regions: Stage, or stages, whose regions it learns from.
        translated: Stage whose translated images it learns from, or the config of a
            translator, which is then trained and run before.
        weights: Which weights of ``load_from``: ``'final'`` or ``'best'``.

    Raises:
        ValueError: If ``cfg_options`` is no dict or ``weights`` is none of the two.
        StageError: If there is no such config file.
    """

    alone = "train"
    trains = True
    makes = WEIGHTS
    leaves = ("*.pth",)
    takes: ClassVar[Mapping[str, Takes]] = {
        "load_from": Takes(
            WEIGHTS,
            or_file=True,
            or_else=" or a weight file, which ends in .pth, .pt or .pkl",
            key="weights",
        ),
        "labels": Takes("labels"),
        "translated": Takes("translated", or_else=" or a config, which ends in .py"),
        "regions": Takes("regions", many=True),
    }
    bringing = ("config", "translated")
    does = "trains"

    def __init__(
        self,
        name: str,
        leaf: Path,
        *,
        config: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        load_from: str | None = None,
        labels: str | None = None,
        regions: str | Sequence[str] | None = None,
        translated: str | None = None,
        weights: str = "final",
    ) -> None:
        super().__init__(name, config_of(name, {"config": config}, leaf))
        check_weights(weights)
        if not isinstance(cfg_options or {}, Mapping):
            raise ValueError(
                "cfg_options must be a dict of dotted keys, such as "
                f"{{'train_cfg.max_iters': 1000}}, got {cfg_options!r}"
            )
        self.cfg_options = dict(cfg_options or {})
        self.load_from = load_from
        self.labels = labels
        self.regions = names_in(regions)
        self.translated = translated
        self.weights = weights

    @classmethod
    def bring(cls, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the stages of the translator whose config ``translated`` names."""
        given = options.get("translated")
        if not str(given).endswith(".py"):
            return super().bring(options)
        brought = {
            "translators": {"type": "TrainStage", "config": given},
            "translate": {"type": "TranslateStage", "checkpoint": "translators"},
        }
        return brought, {**options, "translated": "translate"}

    def add_data(self, cfg: Config, find: Callable[[str], BaseStage]) -> None:
        """Let its source load the label grids and translations made for it."""
        grids = [
            name
            for name in self.regions
            if getattr(find(name), "comes_by_itself", False)
        ]
        if grids:
            add_region_labels(cfg, grids)
        if self.translated:
            join_translations(cfg)

    @property
    def filled(self) -> Collection[str]:
        """Types of data sets and transforms that read what earlier stages make."""
        makers = {
            "PseudoLabelledDataset": self.labels,
            "TranslatedDataset": self.translated,
            **dict.fromkeys(REGION_TRANSFORMS, self.regions),
        }
        return {name for name, maker in makers.items() if maker}

    def deciding(self, cfg: Config) -> dict[str, Any]:
        """Return the parts of its config that decide which weights come out."""
        own = {
            **cfg,
            "default_hooks": deciding_hooks(cfg) or None,
            "stopping": stopping(cfg),
        }
        return {key: own[key] for key in DECIDING if own.get(key) is not None}

    def data_roots(self, cfg: Config) -> dict[str, str]:
        """Return where its data lie, those of its hooks included."""
        custom = cfg.get("custom_hooks") or []
        hooks = {"custom_hooks": custom, "default_hooks": deciding_hooks(cfg)}
        return data_roots(cfg, hooks)

    def outputs(self, folder: Path) -> dict[str, str]:
        """Name its last checkpoint, and the best one if it kept one.

        Raises:
            StageError: If it left none, or a damaged one.
        """
        final = find_resumable(folder)
        if final is None:
            raise StageError(
                f"stage '{self.name}' has ended, but left no iter_*.pth in {folder}; "
                "its default_hooks.checkpoint must save the last iteration"
            )
        newest = list(iteration_checkpoints(folder).values())[-1]
        if Path(final) != newest:
            raise StageError(
                f"stage '{self.name}' has ended, but its last checkpoint {newest} is "
                "damaged on disk (is the disk full or failing?). Move it away and run "
                "the same command again: it goes on from the one before."
            )
        made = {"checkpoint": Path(final).name, "checkpoint_hash": file_hash(final)}
        best = [
            p
            for p in folder.glob("best_*.pth")
            if re.search(r"_iter_\d+\.pth$", p.name)
        ]
        if len(best) == 1:
            made |= {"best": best[0].name, "best_hash": file_hash(best[0])}
        return made

    def keeps_best(self, cfg: Config) -> bool:
        """Whether it will keep the weights of its best validation."""
        hooks = cfg.get("default_hooks") or {}
        checkpoint = hooks.get("checkpoint") or {}
        return bool(cfg.get("val_cfg") and checkpoint.get("save_best"))

    def check_inputs(self, outlook: Outlook) -> None:
        """Check that it does not wait for labels that nothing makes."""
        if self.labels is None:
            check_labels_come(outlook, self)

    def check(self, outlook: Outlook, weights: Path | None) -> None:
        """Build every part of the training, and try the weights on the model."""
        cfg, resolver = outlook.config(self), outlook.resolver
        pretrained = outlook.is_pretrained(self)
        with toy_explained(resolver.request.toy):
            model = check_model(cfg, weights, True, pretrained)
        check_follows(outlook, self, model, weights)
        if not outlook.takes_weights(self):
            warn_of_random_parts(self.name, model)
        check_training(self.name, cfg, model)
        if not resolver.request.toy:  # --toy shortens all of it
            self._warn_of_length(cfg, alone=len(resolver.stages) == 1)
        self._check_made_for_it(outlook, model)
        check_domains(model, cfg)

    def _warn_of_length(self, cfg: Config, alone: bool) -> None:
        prefix = "" if alone else f"{self.name}."
        for line in too_short_for(cfg, prefix):
            say(f"{self.name}: {line}")
        for warning in rate_zero_before(cfg, cfg.train_cfg.max_iters):
            say(f"{self.name}: warning: {warning}")

    def _check_made_for_it(self, outlook: Outlook, model: nn.Module) -> None:
        """Check its data and heads against what earlier stages make for it."""
        cfg, find = outlook.config(self), outlook.resolver.find
        if self.labels is not None:
            set_labels(cfg, None, self.name)
        if self.translated is not None:
            set_translated(cfg, None, self.name)
        else:
            check_translations_come(self.name, cfg)
        set_regions(cfg, outlook.folders(self, "regions"), self.name)
        rules = {k: r for n in self.regions for k, r in find(n).region_rules.items()}
        rules |= rules_on_disk(cfg, self.regions)
        check_region_heads(model, rules)

    def check_data(self, outlook: Outlook, check: DataCheck) -> None:
        """Check its data, with what earlier stages have made for it already."""
        cfg = outlook.config(self)
        set_regions(cfg, outlook.folders(self, "regions"), self.name)
        for option, put in (("labels", set_labels), ("translated", set_translated)):
            for folder in outlook.folders(self, option).values():
                put(cfg, folder, self.name)
        check(cfg, self.name)

    def carry_out(self, run: StageRun) -> None:
        """Train; what it was begun with is written down when all is built."""
        cfg, resolver = run.cfg, run.resolver
        set_cpu_model_wrapper(cfg)
        if self._take(cfg, run.inputs):
            check = DataCheck(resolver.request.config, memory_folder())
            on_rank_zero(check, cfg, self.name)
        length = f"{cfg.train_cfg.max_iters} iterations"
        if run.resume_from is not None:
            say(f"\n=== {self.name}: resuming {run.resume_from} of {length} ===")
        else:
            weights = run.inputs.weights
            start = f", starting from {weights}" if weights else ""
            say(f"\n=== {self.name}: training, {length}{start} ===")
        for change in resolver.toy_changes.get(self.name, []):
            say(f"toy overlay: {change}")
        for notice in resolver.left_out(self):
            say(notice)
        train(cfg, self.name, run.inputs.weights, run.resume_from, run.mark_begun)

    def _take(self, cfg: Config, inputs: Inputs) -> bool:
        """Put into its config what others made for it, and say whether that is any."""
        for option, put in (("labels", set_labels), ("translated", set_translated)):
            for folder in inputs.of(option).values():
                put(cfg, folder, self.name)
        if inputs.of("regions"):
            set_regions(cfg, inputs.of("regions"), self.name)
        return any(inputs.of(option) for option in ("labels", "translated", "regions"))

    def describe(self, resolver: Resolver) -> Told:
        """Return the equation that it minimises."""
        description = told_of_model(resolver.stage_config(self), describe)
        return Told("train", as_equation(description), description)
