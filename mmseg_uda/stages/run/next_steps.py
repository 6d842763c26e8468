"""What can be done with a run that is over."""

from __future__ import annotations

import shlex
from pathlib import Path

from mmseg_uda.engine.checkpoints import iteration_checkpoints

from ..plan.resolve import Resolver


def next_steps(resolver: Resolver) -> str:
    """Name the commands that show and use what a run has ended with.

    They name the last checkpoint of the last training, whose scores are the final ones.
    """
    trained = [stage for stage in resolver.stages if stage.trains]
    files = list(iteration_checkpoints(resolver.folder(trained[-1])).values())
    if not files:
        return ""
    config = here(Path(resolver.request.config))
    lines = commands(config, here(resolver.work_dir), here(files[-1]))
    return "\n  ".join(["\nNext:", *lines])


def commands(config: str | Path, run: str | Path, weights: str | Path) -> list[str]:
    """Return the commands of a report, of predictions and of an export."""
    config, run, weights = (shlex.quote(str(path)) for path in (config, run, weights))
    return [
        f"mmseg-uda report {run}",
        f"mmseg-uda predict {config} {weights} IMAGES --out predicted --overlay",
        f"mmseg-uda export {config} {weights} --out exported --onnx",
    ]


def here(path: Path) -> Path:
    """Return a path as seen from the working directory, if it lies below."""
    path, folder = path.resolve(), Path.cwd()
    return path.relative_to(folder) if path.is_relative_to(folder) else path
