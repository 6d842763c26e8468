"""Print a config as the equation it minimises, stage by stage."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

import mmseg_uda
from mmseg_uda.describe import as_equation, describe
from mmseg_uda.engine.stages import explained_errors
from mmseg_uda.engine.stages.resolve import load_config
from mmseg_uda.registry import MODELS


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="config file of a method")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument(
        "--cfg-options", nargs="+", action=DictAction, help="override config entries"
    )
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of every error"
    )
    return parser.parse_args()


def stage_configs(path: str, options: dict | None) -> list[tuple[str, Config | dict]]:
    """Name and config of each stage; a stage that trains nothing is its own dict."""
    config = load_config(Path(path))
    stages = config.get("stages") or {"train": {"type": "TrainStage"}}
    found = []
    for name, stage in stages.items():
        if stage is None:
            continue
        if stage["type"] != "TrainStage":
            found.append((name, stage.to_dict()))
            continue
        file = stage.get("config")
        resolved = Path(path).parent / file if file else Path(path)
        trained = Config.fromfile(resolved)
        trained.merge_from_dict(options or {})
        found.append((name, trained))
    return found


def main() -> None:
    """Describe every stage of the config."""
    args = parse_args()
    with explained_errors(args.debug):
        describe_stages(args)


def describe_stages(args: argparse.Namespace) -> None:
    """Print the equation of every stage, or all of them as JSON."""
    init_default_scope("mmseg")
    report = {"config": args.config, "mmseg_uda": mmseg_uda.__version__, "stages": {}}
    texts = [f"{args.config}"]
    for name, stage in stage_configs(args.config, args.cfg_options):
        if isinstance(stage, Config):
            description = describe(MODELS.build(stage.model))
            texts.append(f"\n== {name}: train ==\n{as_equation(description)}")
        else:
            description = stage
            options = ", ".join(f"{k}={v}" for k, v in stage.items() if k != "type")
            texts.append(f"\n== {name}: {stage['type']}({options}) ==")
        report["stages"][name] = description
    print(json.dumps(report, indent=2) if args.json else "\n".join(texts))


if __name__ == "__main__":
    main()
