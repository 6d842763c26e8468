"""What ``mmseg-uda init`` does."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from mmseg_uda.planning.find_images import absolute
from mmseg_uda.planning.fingerprint import FILE, write_fingerprint
from mmseg_uda.planning.found import FoundImages
from mmseg_uda.planning.plan import Plan
from mmseg_uda.planning.write_config import config_text
from mmseg_uda.stages.run.next_steps import commands
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.version import __version__

from .look_at_folders import look_at_folders


def initialise(args: argparse.Namespace) -> None:
    """Look at folders, plan, and write config and fingerprint.

    Raises:
        FileNotFoundError: If a folder is missing, or empty.
        FileExistsError: If there is a config already.
        ValueError: If files cannot be read, or it cannot be told what labels mean.
    """
    out = absolute(args.out)
    config = out / f"{out.name}.py"
    if config.exists() and not args.overwrite:
        raise FileExistsError(
            f"{config} is there already: take another --out, or --overwrite"
        )
    seen = look_at_folders(args)
    out.mkdir(parents=True, exist_ok=True)
    write_fingerprint(out, seen.found, seen.duplicates, seen.pace, seen.plan.said)
    write_atomic(config, config_text(seen.plan, _made_by(seen.found)))
    print(f"\n{config}\n{out / FILE}\n\n{_next(args.out / config.name, seen.plan)}")


def _next(config: Path, plan: Plan) -> str:
    """Return the commands that train and use the result."""
    stage = "stage_two" if plan.method.endswith("_lcrf") else "train"
    run = f"work_dirs/{config.stem}"
    weights = f"{run}/{stage}/iter_{plan.own['iters']}.pth"
    use = commands(config, run, weights)
    return "\n  ".join(["Next:", f"mmseg-uda train {config}", *use])


def _made_by(found: Mapping[str, FoundImages]) -> str:
    source, target = len(found["source"].paths), len(found["target"].paths)
    return (
        f"Written by mmseg-uda init {__version__}: {source} labelled images, {target} "
        "unlabelled."
    )
