"""What ``mmseg-uda predict`` does."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from prettytable import PrettyTable

from mmseg_uda.engine.distributed import shutdown_distributed
from mmseg_uda.prediction.prediction_writer import REPORT, SHARES, SUBMISSION
from mmseg_uda.prediction.run_prediction import run_prediction
from mmseg_uda.stages import Request, Resolver
from mmseg_uda.stages.checks.full_size_weights import toy_explained
from mmseg_uda.stages.checks.image_headers import check_images
from mmseg_uda.stages.ranks import say, start_processes
from mmseg_uda.utils.ranks import on_rank_zero
from mmseg_uda.utils.wording import counted


def predict(
    request: Request,
    checkpoints: Sequence[str],
    images: str,
    out: str,
    stage: str | None = None,
    **how: Any,
) -> dict:
    """Write predictions and say what they are.

    Args:
        request: Config and changes to it.
        checkpoints: Weights of one network, or of several whose mean is predicted.
        images: Folder of images, or one.
        out: Output folder.
        stage: Training stage whose model it is; default: the last one.
        **how: Options of :func:`run_prediction`.

    Returns:
        The report, as in ``prediction.json``.

    Raises:
        ValueError: If config, checkpoint or images don't fit together.
        OSError: If something is missing, or in the way.
    """
    resolver = Resolver(request)
    cfg = resolver.stage_config(resolver.training_stage(stage))
    if request.launcher != "none":
        start_processes(request.launcher, cfg)
    check = partial(on_rank_zero, check_images, cfg, images, argument="")
    with toy_explained(request.toy):
        report = run_prediction(
            cfg,
            checkpoints,
            images,
            out,
            device=request.device,
            check_images=check,
            **how,
        )
    say(str(shares_table(report)))
    absent = [k for k, v in report["per_class"].items() if not v["num_images"]]
    if absent:
        say(f"predicted nowhere: {', '.join(absent)}")
    number = counted(report["num_images"], "image")
    say(f"{number}: {Path(out, SHARES)}, {Path(out, REPORT)}")
    if how.get("submission"):
        say(f"for the test server of {how['submission']}: {Path(out, SUBMISSION)}")
    shutdown_distributed()
    return report


def shares_table(report: Mapping[str, Any]) -> PrettyTable:
    """Show which classes there are, the largest first."""
    table = PrettyTable(["id", "class", "share of all pixels, %", "in images"])
    table.align = "r"
    table.align["class"] = "l"
    rows = list(enumerate(report["per_class"].items()))
    for index, (name, found) in sorted(rows, key=lambda row: -row[1][1]["share"]):
        if found["num_images"]:
            share = f"{100 * found['share']:.2f}"
            table.add_row([index, name, share, found["num_images"]])
    return table
