"""Print a config as the equation it minimises, stage by stage."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

import mmseg_uda
from mmseg_uda.command_line import FOR_STAGES, add_cfg_options, add_debug
from mmseg_uda.describe import as_equation, describe, describe_rule, rule_as_text
from mmseg_uda.engine.stages import Request, Resolver, Stage, explained_errors
from mmseg_uda.engine.stages.checks.model import check_model, check_predicting
from mmseg_uda.engine.stages.checks.regions import check_finding
from mmseg_uda.engine.stages.checks.translating import check_translating


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path, help="config file of a method")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    add_cfg_options(parser, FOR_STAGES)
    add_debug(parser)
    return parser.parse_args(argv)


def main() -> None:
    """Describe every stage of the config."""
    args = parse_args()
    with explained_errors(args.debug):
        describe_stages(args)


def describe_stages(args: argparse.Namespace) -> None:
    """Print the equation of every stage, or all of them as JSON."""
    resolver = Resolver(Request(args.config, options=args.cfg_options or {}))
    stages, known = {}, {}
    texts = [f"{args.config}"]
    for stage in resolver.stages:
        if stage.trains:
            model = check_model(resolver.stage_config(stage), None, trains=False)
            description = describe(model)
            text = as_equation(description)
            if text in known:
                text = f"as in {known[text]}"
            known.setdefault(text, stage.name)
            texts.append(f"\n== {stage.name}: train ==\n{text}")
        else:
            chosen = _check(stage, resolver.stage_config(stage))
            description = resolver.leaf.stages[stage.name].to_dict()
            if stage.rule:  # without what is set to None
                description["rule"] = dict(stage.rule)
            texts.append("\n" + stage_text(stage.name, description))
            if chosen:
                texts += filter(None, [rule_as_text(chosen)])
                description |= chosen
        stages[stage.name] = description
    report = {
        "config": str(args.config),
        "mmseg_uda": mmseg_uda.__version__,
        "stages": stages,
    }
    print(json.dumps(report, indent=2) if args.json else "\n".join(texts))


def stage_text(name: str, options: Mapping[str, Any]) -> str:
    """Return a stage that trains nothing as text, a line for each of several rules."""
    rules = options.get("rules") or {}
    rest = {key: value for key, value in options.items() if key != "rules"}
    lines = [f"{size}: {_call(rule)}" for size, rule in rules.items() if rule]
    return "\n".join([f"== {name}: {_call(rest)} ==", *lines])


def _call(options: Mapping[str, Any]) -> str:
    """Return a config dict as the call that it stands for."""
    told = {k: _call(v) if _has_type(v) else v for k, v in options.items()}
    listed = ", ".join(f"{key}={value}" for key, value in told.items() if key != "type")
    return f"{options['type']}({listed})"


def _has_type(value: object) -> bool:
    return isinstance(value, Mapping) and "type" in value


def _check(stage: Stage, cfg: Config) -> dict[str, Any]:
    """Check a stage that trains nothing; describe the rule of one that has one."""
    if stage.finds_regions:
        check_finding(stage, cfg)
        return {}
    if stage.translates:
        check_translating(stage, cfg)
        return {}
    rule, model = check_predicting(stage, cfg), None
    if rule.score_map is not None:
        model = check_model(cfg, None, trains=False)
        check_predicting(stage, cfg, model)
    return describe_rule(rule, model)


if __name__ == "__main__":
    main()
