"""A Runner that builds its parts and starts nothing."""

import copy
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import VISUALIZERS

QUIET = "mmseg_uda_checks"


class DryRunner(Runner):
    """Builds loops, schedules and hooks by mmengine's own code.

    Unlike a Runner it makes no folder, log file, process group or seed, and loads no
    data, so one of it costs nothing and can be built on one rank alone.

    Args:
        cfg: Config of a training stage.
        optim_wrapper: Built from it.
        val_metainfo: Meta information of the validation data, if there are any.
    """

    def __init__(
        self,
        cfg: Config,
        optim_wrapper: OptimWrapper,
        val_metainfo: Mapping[str, Any] | None,
    ) -> None:
        self.logger = quiet_logger()
        self.optim_wrapper = optim_wrapper
        self.visualizer = _visualizer(cfg)
        self._hooks = []
        self._train_dataloader = _NoData({})
        self._train_loop = None
        self._val_dataloader = _NoData(val_metainfo)
        self._val_evaluator = copy.deepcopy(cfg.get("val_evaluator"))

    @property
    def train_dataloader(self) -> "_NoData":
        """A stand-in."""
        return self._train_dataloader


def quiet_logger() -> MMLogger:
    """Return the logger for what is built for a look and need not be announced."""
    if not MMLogger.check_instance_created(QUIET):
        return MMLogger.get_instance(QUIET, log_level="ERROR")
    return MMLogger.get_instance(QUIET)


def _visualizer(cfg: Config) -> Any:
    # hooks that draw ask for the current one; without a folder it writes nothing
    given = cfg.get("visualizer")
    if not given:
        return SimpleNamespace()
    return VISUALIZERS.build(
        {"type": given["type"], "name": f"{QUIET}_{given['type']}"}
    )


class _NoData:
    """Stands in for a dataloader, and for its data set."""

    def __init__(self, metainfo: Mapping[str, Any] | None) -> None:
        self.metainfo = metainfo
        self.dataset = self

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator:
        return iter(())
