"""What ``mmseg-uda describe`` prints."""

from __future__ import annotations

import argparse
import json

import mmseg_uda
from mmseg_uda.stages import BaseStage, Resolver, Told

from .request_options import request_of


def describe_stages(args: argparse.Namespace) -> None:
    """Print the equation of every stage, or all of them as JSON."""
    resolver = Resolver(request_of(args))
    stages, known = {}, {}
    texts = [f"{args.config}"]
    for stage in resolver.stages:
        told = stage.describe(resolver)
        texts.append(f"\n== {stage.name}: {told.heading} ==")
        texts += filter(None, [_or_as_before(stage, told, known)])
        stages[stage.name] = told.data
    report = {
        "config": str(args.config),
        "mmseg_uda": mmseg_uda.__version__,
        "stages": stages,
    }
    print(json.dumps(report, indent=2) if args.json else "\n".join(texts))


def _or_as_before(stage: BaseStage, told: Told, known: dict[str, str]) -> str:
    """Return what a stage is, or which training before it minimises the same."""
    if not stage.trains:
        return told.body
    if told.body in known:
        return f"as in {known[told.body]}"
    known[told.body] = stage.name
    return told.body
