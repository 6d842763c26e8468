"""Whether a training can take a domain's batch norm statistics, before any runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmseg.registry import HOOKS
from torch import nn

from mmseg_uda.engine.hooks import TargetStatisticsHook
from mmseg_uda.statistics import nothing_to_adapt

from ..config.config_nodes import hooks_in
from ..ranks import say
from .building import building


def check_target_statistics(stage: str, cfg: Config, model: nn.Module) -> None:
    """Check what the hooks that adapt batch norms need, but for files.

    Raises:
        StageError: If one would fail when it adapts.
    """
    kinds = [kind for _, kind in hooks_in(cfg)]
    with building(f"stage '{stage}'"):
        for hook in _hooks(cfg):
            if not hook.check(cfg, model, kinds):
                told = f"{type(hook).__name__}: {nothing_to_adapt(model)}"
                say(f"{stage}: warning: {told}")


def check_statistics_images(stage: str, cfg: Mapping[str, Any]) -> None:
    """Check that the images whose statistics are taken can be listed.

    Raises:
        StageError: If they cannot.
    """
    with building(f"stage '{stage}', TargetStatisticsHook"):
        for hook in _hooks(cfg):
            hook.images(cfg)


def _hooks(cfg: Mapping[str, Any]) -> Iterator[TargetStatisticsHook]:
    for node, kind in hooks_in(cfg):
        if issubclass(kind, TargetStatisticsHook):
            # mmengine takes the priority out of the config, too
            yield HOOKS.build({k: v for k, v in node.items() if k != "priority"})
