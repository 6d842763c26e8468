"""mmengine's Runner, made fit for several runs in one process."""

from __future__ import annotations

import copy
import logging

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.runner import Runner

from mmseg_uda.engine.formatted_once import FormattedOnce
from mmseg_uda.engine.hooks import MetricModelHook
from mmseg_uda.utils.unwrapped import unwrapped

from .lenient_loading import shortened

# the log file has these; on the console they would bury the progress
_FILE_ONLY = (
    "\n----",  # the environment
    "Config:\n",
    "Hooks will be executed",
    "Distributed training is not used, all SyncBatchNorm",
    "The prefix is not set in metric class",
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)


class StageRunner(Runner):
    """A Runner with a quiet console that can be closed.

    The environment, the whole config, the list of hooks and what mmengine says about
    itself go to the log file only. Every checkpoint has the config's text, which is
    formatted once.
    """

    @classmethod
    def from_cfg(cls, cfg: Config) -> StageRunner:
        """Build a runner; see :class:`mmengine.runner.Runner`."""
        return super().from_cfg(FormattedOnce.of(cfg))

    def build_logger(self, *args: object, **kwargs: object) -> MMLogger:
        """Build the logger and keep its long blocks off the console."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if not isinstance(handler, logging.FileHandler):
                quieten(handler)
        return logger

    def register_hooks(self, *args: object, **kwargs: object) -> None:
        """Register all hooks, and the one that lends the model to metrics."""
        super().register_hooks(*args, **kwargs)
        self.register_hook(MetricModelHook())

    def close(self) -> None:
        """Close log files and drawing backends, so that the next stage has its own."""
        self.visualizer.close()
        for handler in list(self.logger.handlers):
            if isinstance(handler, logging.FileHandler):
                handler.close()
                self.logger.removeHandler(handler)


class CallBeforeTrain(Hook):
    """Hook that calls a function when training is about to begin.

    By then weights have been initialised and, on resuming, loaded; nothing has been
    trained yet.

    Args:
        function: Called with the bare model (without DDP) and the runner.
        priority: Priority among the hooks.
    """

    def __init__(self, function: object, priority: str = "VERY_HIGH") -> None:
        self.function = function
        self.priority = priority

    def before_train(self, runner: Runner) -> None:
        """Call the function."""
        self.function(unwrapped(runner.model), runner)


def quieten(handler: logging.Handler) -> None:
    """Keep long blocks of mmengine off a handler of a logger, or shorten them."""
    handler.addFilter(_for_console)
    handler.addFilter(_Shortener(handler))


class _Shortener(logging.Filter):
    """Tells on a handler in a line what mmengine says of weights that fit in part."""

    def __init__(self, handler: logging.Handler) -> None:
        super().__init__()
        self._handler = handler

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record through, or write a short one in its place."""
        found = shortened(record.getMessage())
        if found is None:
            return True
        short = copy.copy(record)
        short.msg, short.args = found[0], ()
        short.levelno = logging.WARNING if found[1] else logging.INFO
        short.levelname = logging.getLevelName(short.levelno)
        self._handler.emit(short)
        return False


def _for_console(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_FILE_ONLY)
