"""Folders as runs leave them, written by hand: what a report is made of."""

import json
import os
from pathlib import Path

CLASSES = ("road", "car", "<b>bus</b>")
LOG_HEAD = """2026/12/01 02:08:35 - mmengine - INFO -
------------------------------------------------------------
System environment:
    Python: 3.11.7 (main) [GCC 12.2.0]
    PyTorch: 2.13.0+cpu
    seed: 2
"""


def result(iteration, *iou, **more):
    """A validation: the IoU of every class, None for one that is absent."""
    known = [value for value in iou if value is not None]
    by_class = {f"IoU.{name}": v for name, v in zip(CLASSES, iou, strict=True)}
    mean = round(sum(known) / len(known), 2)
    return {"iter": iteration, "mIoU": mean, "aAcc": 80.0, **by_class, **more}


def entries(count, interval=10, **terms):
    """Log entries; a term is a number, or a function of the iteration."""
    made = []
    for number in range(1, count + 1):
        step = number * interval
        values = {k: v(step) if callable(v) else v for k, v in terms.items()}
        made.append({**values, "iter": step, "step": step})
    return made


def labels(**labelled):
    """What the pseudo-label stage says: pixels by class, half of them kept."""
    counts = dict(zip(CLASSES, (1000, 1000, 1000), strict=True)) | labelled
    per_class = {
        name: {
            "predicted": 2 * number,
            "kept": number,
            "kept_share": 0.5 if number else None,
            "labelled": number,
        }
        for name, number in counts.items()
    }
    return {
        "rule": {"type": "GlobalThreshold", "threshold": 0.9},
        "num_images": 4,
        "kept_share": 0.5,
        "per_class": per_class,
        "thresholds": 0.9,
    }


def write_stage(
    run,
    name,
    history=(),
    scalars=(),
    done=True,
    begun=True,
    takes=(),
    pseudo_labels=None,
    log="",
    at=0,
    **more,
):
    """Write the folder of a stage; ``takes`` names those that it builds on."""
    folder = Path(run, name)
    folder.mkdir(parents=True)
    inputs = {f"inputs.{other}": f"'hash of {other}'" for other in takes}
    record = {
        "stage": name,
        "ranks": 1,
        "data_roots": {},
        "fingerprint": {"train_cfg.max_iters": "100", **inputs},
    }
    made = "labels_hash" if pseudo_labels else "checkpoint_hash"
    if begun:
        (folder / "stage.json").write_text(json.dumps(record))
        os.utime(folder / "stage.json", (1000 + at, 1000 + at))
    if done:
        record |= {made: f"hash of {name}", "seconds": 250.4, **more}
        record |= {} if pseudo_labels else {"checkpoint": "iter_100.pth"}
        (folder / "done.json").write_text(json.dumps(record))
    if history:
        best = max(history, key=lambda entry: entry["mIoU"])
        content = {"final": history[-1], "best": best, "history": list(history)}
        (folder / "result.json").write_text(json.dumps(content))
    if pseudo_labels:
        (folder / "pseudo_labels.json").write_text(json.dumps(pseudo_labels))
    if scalars or log:
        write_log(folder, "20261201_020835", scalars, log)
    return folder


def write_log(folder, stamp, scalars, log=""):
    """Write what mmengine logs of one start of a training."""
    data = Path(folder, stamp, "vis_data")
    data.mkdir(parents=True)
    lines = "".join(f"{json.dumps(entry)}\n" for entry in scalars)
    (data / "scalars.json").write_text(lines)
    (data.parent / f"{stamp}.log").write_text(LOG_HEAD + log)


def write_run(root, name="mine"):
    """Write a finished run of three stages, with a mistake in each class' score."""
    run = Path(root, name)
    terms = {
        "lr": lambda step: 1e-3 / step,
        "loss": lambda step: 5 - step / 50,
        "source.loss_decode": 1.0,
        "pseudo.weight_decode": 0.9,
        "time": 0.4,
        "data_time": 0.01,
    }
    write_stage(run, "one", [result(100, 60, 40, 20)], entries(10, **terms), at=1)
    write_stage(run, "labels", pseudo_labels=labels(), takes=["one"], at=2)
    history = [result(50, 70, 50, 30), result(100, 72, 52, 31)]
    more = {"label_free/information": 42.0}
    history = [{**entry, **more, f"Fscore.{CLASSES[1]}": 66.0} for entry in history]
    write_stage(
        run, "two", history, entries(10, **terms), takes=["one", "labels"], at=3
    )
    return run
