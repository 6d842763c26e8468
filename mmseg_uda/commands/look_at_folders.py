"""What ``init`` and ``check`` find in folders, and plan for them."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from mmseg_uda.datasets.names.strangers import all_look_like_labels
from mmseg_uda.planning.class_options import GivenClasses, parse_classes
from mmseg_uda.planning.find_images import absolute, find_images
from mmseg_uda.planning.find_labels import find_labels
from mmseg_uda.planning.found import FoundImages, FoundLabels
from mmseg_uda.planning.length import plan_length
from mmseg_uda.planning.near_duplicates import near_duplicates
from mmseg_uda.planning.pace import Pace, measure_pace
from mmseg_uda.planning.plan import Plan, make_plan
from mmseg_uda.planning.write_config import config_text
from mmseg_uda.stages import Request
from mmseg_uda.utils.atomic_files import write_atomic
from mmseg_uda.utils.devices import choose_device
from mmseg_uda.utils.percent import percent
from mmseg_uda.utils.wording import counted

_MOST_WORKERS = 4
_TRIES = 5  # of smaller plans, where one does not fit into memory
_SHOWN = 8  # classes that a message names


@dataclass(frozen=True)
class LookedAt:
    """Folders, and a plan for them.

    Attributes:
        found: What the folders hold, by part: source, target, val.
        duplicates: Pairs of images of source and target that look the same.
        plan: The plan.
        pace: What a dry run has measured; None without one.
    """

    found: Mapping[str, FoundImages]
    duplicates: list[tuple[str, str]]
    plan: Plan
    pace: Pace | None


def look_at_folders(args: argparse.Namespace) -> LookedAt:
    """Look at folders, plan, and say what was found and decided; nothing is written.

    Args:
        args: Options of :func:`.add_folders` and :func:`.add_plan_options`, and
            ``device``.

    Raises:
        FileNotFoundError: If a folder is missing, or empty.
        ValueError: If files cannot be read, or it cannot be told what labels mean.
    """
    device = choose_device(args.device)
    found = _look(args)
    duplicates = near_duplicates(found["source"].paths, found["target"].paths)
    _say_found(found, duplicates)
    plan, pace = _plan(args, device.type == "cuda", found)
    _say_plan(found, plan)
    return LookedAt(found, duplicates, plan, pace)


def _look(args: argparse.Namespace) -> dict[str, FoundImages]:
    """Look at all folders."""
    given = parse_classes(args.classes) if args.classes else None
    source = find_labels(
        absolute(args.source_images),
        absolute(args.source_labels),
        given,
        args.label_band,
    )
    found: dict[str, FoundImages] = {"source": source}
    found["target"] = find_images(absolute(args.target_images))
    _check_target(args, source.paths, found["target"].paths)
    if args.target_val_images is not None:
        images, labels = args.target_val_images, args.target_val_labels
        found["val"] = _like(
            source, absolute(images), absolute(labels), given, args.label_band
        )
        _read_as_target(found["val"], found["target"])
    return found


def _read_as_target(val: FoundImages, target: FoundImages) -> None:
    """Let validation images become what the target's are made, which are predicted."""
    for option in ("value_range", "bands"):
        wanted = target.dataset.get(option)
        if option in val.dataset and wanted and val.dataset[option] != wanted:
            val.dataset[option] = wanted
            val.said[:] = [said for said in val.said if f"(`{option}`)" not in said]
            val.said.append(f"images are read as the target's: {wanted} (`{option}`)")


def _check_target(
    args: argparse.Namespace, source: Sequence[str], target: Sequence[str]
) -> None:
    """Refuse a target that is the source, or its labels."""
    if set(map(os.path.realpath, source)) == set(map(os.path.realpath, target)):
        raise ValueError(
            f"--target-images: {args.target_images} holds the labelled images "
            "themselves: name the folder of the images without labels, of the domain "
            "that the network is to work on"
        )
    if all_look_like_labels(target) and not all_look_like_labels(source):
        raise ValueError(
            f"--target-images: {args.target_images} holds label maps (gray, with few "
            "values in patches), such as "
            f"{os.path.basename(target[0])}: name the folder of the photographs"
        )


def _like(
    source: FoundLabels,
    images: Path,
    labels: Path,
    given: GivenClasses | None,
    band: int | None,
) -> FoundLabels:
    """Find out how labels are read that have the source's classes."""
    values = source.dataset.get("label_map")
    if given is None or not (given.values or given.colors):
        given = GivenClasses(source.classes)
    if values:
        with suppress(ValueError):
            same = GivenClasses(source.classes, values, other=given.other)
            return find_labels(images, labels, same, band)
    try:
        return find_labels(images, labels, given, band)
    except ValueError as error:
        names = ", ".join(source.classes[:_SHOWN])
        more = ", ..." * (len(source.classes) > _SHOWN)
        raise ValueError(
            "--target-val-labels, read with the classes of the source "
            f"({names}{more}): {error}"
        ) from error


def _plan(
    args: argparse.Namespace, on_gpu: bool, found: Mapping[str, FoundImages]
) -> tuple[Plan, Pace | None]:
    """Decide on everything; the length by a dry run, unless it is given."""
    longest, many = args.longest, None
    for _ in range(_TRIES):
        plan = make_plan(
            found["source"],
            found["target"],
            found.get("val"),
            args.method,
            args.size,
            on_gpu=on_gpu,
            num_workers=min(_MOST_WORKERS, len(os.sched_getaffinity(0))),
            longest=longest,
            many=many,
        )
        plan.own["iters"] = args.iters or 1
        if args.iters:
            return plan, None
        try:
            return plan, _set_length(plan, args, found)
        except torch.cuda.OutOfMemoryError:
            torch.cuda.empty_cache()
            fits_less = plan.own["samples_per_domain"]["target"] > 1
            longest = longest if fits_less else plan.own["scale"][0] * 3 // 4
            many = 1
            print("That does not fit into the GPU's memory: smaller ...", flush=True)
    raise ValueError(
        f"no training of the network '{args.size}' fits into the memory of this GPU: "
        "take a smaller one (--size tiny), smaller images (--longest), or --device cpu"
    )


def _set_length(
    plan: Plan, args: argparse.Namespace, found: Mapping[str, FoundImages]
) -> Pace:
    """Set the length of the training by a dry run."""
    print("A dry run tells how long an iteration takes ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder, "trial.py")
        write_atomic(trial, config_text(plan, "a dry run"))
        pace = measure_pace(Request(trial, device=args.device))
    largest = max(len(found["source"].paths), len(found["target"].paths))
    each = plan.own["samples_per_domain"]["target"]
    length = plan_length(args.budget, pace.seconds, largest, each)
    plan.own["iters"] = length.iters
    plan.said.append(length.said)
    plan.said.append(pace.memory_told())
    return pace


def _say_found(
    found: Mapping[str, FoundImages], duplicates: list[tuple[str, str]]
) -> None:
    for part, one in found.items():
        kinds = "; ".join(f"{n} {kind}" for kind, n in one.kinds.items())
        print(f"{part}: {counted(len(one.paths), 'image')} ({kinds})")
        if isinstance(one, FoundLabels):
            shares = ", ".join(
                f"{name} {percent(share)}" for name, share in one.shares.items()
            )
            print(f"  labels: {one.encoding}; {shares}")
        for note in one.said:
            print(f"  {note}")
    if duplicates:
        print(
            f"{counted(len(duplicates), 'image')} of the source look the same as one "
            f"of the target, such as {' and '.join(duplicates[0])}"
        )


def _say_plan(found: Mapping[str, FoundImages], plan: Plan) -> None:
    print("plan:")
    for decision in plan.said:
        print(f"  {decision}")
    if "val" not in found:
        print(
            "  nothing is scored: there are no labelled images of the target "
            "(--target-val-images, --target-val-labels)"
        )
