"""From a config file and the command line to the config that a stage runs with."""

import copy
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_uda.engine.toy import apply_toy
from mmseg_uda.engine.toy_rules import ToyRules, rules_for

from ..base_stage import BaseStage
from ..config.config_forms import check_deletes, check_forms
from ..config.config_nodes import leave_out_hooks
from ..config.custom_imports import import_own_modules
from ..config.dotted_keys import split_by_keys
from ..config.load_config import load_config
from ..config.options import check_stage_options, check_toy, refuse_toy, split_options
from ..config.overrides import (
    check_roots,
    enable_amp,
    enable_tensorboard,
    set_pretrained,
    set_roots,
)
from ..config.own_values import SECTION, check_used, fill_own
from ..config.request import Request
from ..config.unread_keys import check_keys, idle_changes
from ..config.unused_domains import leave_out_unused
from ..errors import StageError
from ..ranks import warn
from .bring import bring_stages
from .plan import find_stage, plan_stages


class Resolver:
    """The stages of a request and their configs.

    Args:
        request: What the command line asks for.

    Raises:
        StageError: If the config does not exist, its stages are wrong, or an option
            belongs nowhere.
    """

    def __init__(self, request: Request) -> None:
        if request.toy and (request.source_root or request.target_root):
            raise StageError(
                "--toy takes its data from --toy-root; leave --source-root and "
                "--target-root out"
            )
        if request.toy_network is not None and not request.toy:
            raise StageError(
                f"--toy-network {request.toy_network} says which small network --toy "
                "trains: add --toy, or leave it out"
            )
        self.request = request
        self._read: dict[Path, Config] = {}
        self._own: dict[str, Any] = {}
        self._own_used: set[str] = set()
        self._read_leaf()
        self.leaf = self._load(request.config)
        planned = self._bring()
        configs = [self._load(stage.config) for stage in planned]
        check_used(self._own, self._own_used, request.config.name)
        for file in dict.fromkeys([request.config, *(s.config for s in planned)]):
            check_keys(file)
            for told in idle_changes(file):
                warn(told)
        check_roots(configs, request.source_root, request.target_root)
        keys = {key for cfg in configs for key in cfg}
        names = [stage.name for stage in planned]
        training = [stage.name for stage in planned if stage.trains]
        self.shared, self.by_stage = split_options(
            _without((SECTION,), request.options), names, keys, training
        )
        if not request.toy:
            refuse_toy(request.options, names)
        self._configs = configs
        self._change(planned)
        self.stages = plan_stages(self.leaf.get("stages"), request.config)
        self.work_dir = self._work_dir()
        self.toy_changes: dict[str, list[str]] = {}
        self._left_out: dict[str, list[str]] = {}

    def stage_config(self, stage: BaseStage, needed: Collection[str] = ()) -> Config:
        """Return the config of a stage, the user's options coming last.

        For a stage that does not train that is the config of a training stage, see
        :meth:`BaseStage.trainer`. Domains of the training data that nothing looks at
        are left out.

        Args:
            stage: The stage.
            needed: Domains that stay in any case: the caller reads their images.
        """
        request = self.request
        cfg = self._load(stage.config)
        hooks = tuple(cfg.get("default_hooks") or ())
        trainer = self.trainer(stage)  # its options count as if the file had them
        check_stage_options(trainer.name, trainer.cfg_options, cfg)
        trainer.add_data(cfg, self.find)  # before all options, so that these reach it
        _merge(cfg, trainer.cfg_options, f"stage '{trainer.name}': cfg_options")
        options = self.options_of(stage, cfg)
        if request.tensorboard:
            enable_tensorboard(cfg)  # before --toy, which scales its interval
        if request.toy:
            _merge(cfg, _only("toy", options))
            check_toy(cfg.get("toy"), cfg)
            self.toy_changes[stage.name] = self._apply_toy(cfg)
        for variable in ("stages", "toy", SECTION):
            cfg.pop(variable, None)
        set_roots(cfg, request.source_root, request.target_root)
        if request.pretrained is not None:
            set_pretrained(cfg, request.pretrained)
        if request.seed is not None:
            cfg.merge_from_dict({"randomness.seed": request.seed})
        _merge(cfg, _without(("stages", "toy"), options))
        check_deletes(cfg)
        leave_out_hooks(cfg, hooks)
        import_own_modules(cfg)  # the options may name further ones
        trainer.add_data(cfg, self.find)  # once more, to a pipeline that was replaced
        if request.amp:
            enable_amp(cfg)
        if request.device is not None:
            cfg.device = request.device
        cfg.launcher = request.launcher
        cfg.work_dir = str(self.folder(stage))
        kept = {*needed, stage.reads}
        self._left_out[stage.name] = leave_out_unused(cfg, trainer.filled, kept)
        # whatever is done with it next looks its parts up by name
        init_default_scope(cfg.get("default_scope", "mmseg"))
        return cfg

    def left_out(self, stage: BaseStage) -> list[str]:
        """Say which domains the config of a stage was last resolved without."""
        return [f"{stage.name}: {told}" for told in self._left_out.get(stage.name, [])]

    def _apply_toy(self, cfg: Config) -> list[str]:
        request = self.request
        changes = apply_toy(cfg, request.toy_root, str(request.small_network))
        if request.pretrained is not None:
            changes.append(
                f"but --pretrained {request.pretrained}: the backbone starts from that"
            )
        return changes

    def options_of(self, stage: BaseStage, cfg: Config) -> dict[str, Any]:
        """Return the options for the config of a stage, its own ones last.

        One for all stages that sets something in a section which this stage has not,
        but another one has (the validation data of a segmentor, beside an image
        translator that is not validated), is not for this stage.
        """
        shared = {
            key: value
            for key, value in self.shared.items()
            if not _is_absent(cfg, key)
            or all(_is_absent(c, key) for c in self._configs)
        }
        return {**shared, **self.by_stage[self.trainer(stage).name]}

    def trainer(self, stage: BaseStage) -> BaseStage:
        """Return the training stage whose config a stage has."""
        return stage.trainer(self.stages)

    def find(self, name: str) -> BaseStage:
        """Return the stage of that name."""
        return find_stage(self.stages, name)

    def training_stage(self, name: str | None) -> BaseStage:
        """Return the training stage that ``--stage`` names; None: the last one.

        Raises:
            StageError: If there is none of that name, or it trains no model.
        """
        training = [stage for stage in self.stages if stage.trains]
        if name is None:
            return training[-1]
        stage = self.find(name)
        if not stage.trains:
            raise StageError(
                f"--stage {name} trains no model; those that do: "
                f"{', '.join(stage.name for stage in training)}"
            )
        return stage

    def folder(self, stage: BaseStage | str) -> Path:
        """Return the folder of a stage."""
        return self.work_dir / (stage if isinstance(stage, str) else stage.name)

    def _load(self, path: Path) -> Config:
        """Return the config of a file, which is read once a resolver."""
        if path not in self._read:
            self._keep(path, load_config(path))
        return copy.deepcopy(self._read[path])

    def _read_leaf(self) -> None:
        """Read the request's config, whose ``own`` fills in that of all stages."""
        path, options = self.request.config, _only(SECTION, self.request.options)
        cfg = load_config(path)
        if options and cfg.get(SECTION) is None:
            raise StageError(
                f"--cfg-options {next(iter(options))}: {path.name} has no 'own', from "
                "which a config is filled in; set the entries themselves"
            )
        _merge(cfg, options)
        section = cfg.get(SECTION)
        self._own = dict(section) if isinstance(section, Mapping) else {}
        self._keep(path, cfg)

    def _keep(self, path: Path, cfg: Config) -> None:
        """Fill in what a config leaves open, and keep it."""
        self._own_used |= fill_own(cfg, self._own)
        self._read[path] = cfg

    def _bring(self) -> list[BaseStage]:
        """Plan the stages of the leaf, with its options, and those that they bring."""
        _merge(self.leaf, _only("stages", self.request.options))
        given = self.leaf.get("stages")
        table = bring_stages(given, self.request.config, load=self._load)
        if table:
            self.leaf.stages = table
        return plan_stages(table, self.request.config)

    def _change(self, planned: list[BaseStage]) -> None:
        """Merge the options of stages that do not train into the table of stages."""
        changes = {}
        for stage in planned:
            if stage.trains:
                continue
            if self.request.toy:
                rules = self._rules_of(stage.trainer(planned))
                stage.shrink(self.leaf.stages[stage.name], rules)
                prefix = f"stages.{stage.name}."  # sizes given are not to be shrunk
                given = {k: v for k, v in self.shared.items() if k.startswith(prefix)}
                changes |= given
            for key, value in self.by_stage[stage.name].items():
                changes[f"stages.{stage.name}.{key}"] = value
        _merge(self.leaf, changes)

    def _rules_of(self, learner: BaseStage) -> ToyRules:
        """Return the rules of ``--toy`` for a stage that trains."""
        cfg = self._load(learner.config)
        options = {**self.shared, **self.by_stage[learner.name]}
        _merge(cfg, _only("toy", options))
        return rules_for(cfg, str(self.request.small_network))

    def _work_dir(self) -> Path:
        given = self.request.work_dir or self.leaf.get("work_dir")
        if given is not None:
            return Path(given)
        base = Path("work_dirs", "toy") if self.request.toy else Path("work_dirs")
        return base / self.request.config.stem


def _is_absent(cfg: Config, key: str) -> bool:
    """Whether a dotted key lies in a section that a config has set to None."""
    first, _, rest = key.partition(".")
    return bool(rest) and cfg.get(first, key) is None


def _merge(
    cfg: Config, options: Mapping[str, Any], given_by: str = "--cfg-options"
) -> None:
    plain, through = split_by_keys(options, dict(cfg.items()))
    # together, since `_delete_` and what replaces it belong together
    try:
        cfg.merge_from_dict(plain)
        for nested in through:
            cfg.merge_from_dict(nested)
    except (KeyError, TypeError) as error:
        raise StageError(f"{given_by} {', '.join(options)}: {error.args[0]}") from error
    if options:
        check_forms(cfg, given_by)


def _only(first: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in options.items() if k.partition(".")[0] == first}


def _without(firsts: tuple[str, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in options.items() if k.partition(".")[0] not in firsts}
