#!/usr/bin/env bash
# mmengine: a schedule without by_epoch never acts in an iteration loop, and an early stop
# throws the weights away that were scored last.
#
# Usual beliefs: (1) in IterBasedTrainLoop a scheduler counts iterations, or says that it
#   does not; (2) what EarlyStoppingHook stops at is saved, as the end of a training is
#   (CheckpointHook has save_last=True by default).
# What happens: (1) by_epoch is True by default, an iteration loop has one epoch, so the
#   rate stays what it is, without a word; (2) save_last compares with max_iters: the
#   newest file is of the last multiple of `interval`, or there is none at all, and the
#   score that is printed last belongs to weights that nobody has.
# Why it matters here: results of a run are reported that no checkpoint gives.
# Version: onedl-mmengine 0.10.12 (same code in mmengine 0.10.7), torch 2.13.0.
# Output seen:
#   rate after 9 iterations: 1.0 by default, 0.1 with by_epoch=False
#   stopped at 6 of 20 after a validation there, files: iter_5.pth
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onedl-mmengine==0.10.12 torch==2.13.0 numpy==2.4.6 \
    opencv-python-headless==4.13.0.92
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import sys
from pathlib import Path

import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, inputs, data_samples=None, mode="tensor"):
        return dict(loss=self.weight.sum()) if mode == "loss" else [0]


class Score(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return dict(score=1.0)  # never gets better


def loader():
    return dict(
        dataset=[dict(inputs=0)] * 4,
        batch_size=1,
        sampler=dict(type="DefaultSampler", shuffle=False),
        collate_fn=dict(type="pseudo_collate"),
    )


def run(name, max_iters, **more):
    runner = Runner(
        model=Model(),
        work_dir=name,
        experiment_name=name,
        train_dataloader=loader(),
        train_cfg=dict(type="IterBasedTrainLoop", max_iters=max_iters, val_interval=3),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=1.0)),
        log_level="ERROR",
        **more,
    )
    runner.train()
    return runner


rates = []
for name, by_epoch in (("default", {}), ("iters", dict(by_epoch=False))):
    schedule = dict(type="MultiStepLR", milestones=[5], gamma=0.1, **by_epoch)
    runner = run(name, 9, param_scheduler=[schedule])
    rates.append(round(runner.optim_wrapper.get_lr()["lr"][0], 6))
print(f"rate after 9 iterations: {rates[0]} by default, {rates[1]} with by_epoch=False")

runner = run(
    "stop",
    20,
    val_dataloader=loader(),
    val_evaluator=Evaluator([Score()]),
    val_cfg={},
    default_hooks=dict(
        checkpoint=dict(type="CheckpointHook", by_epoch=False, interval=5)
    ),
    custom_hooks=[
        dict(type="EarlyStoppingHook", monitor="score", rule="greater", patience=1)
    ],
)
files = sorted(path.name for path in Path("stop").glob("iter_*.pth"))
print(f"stopped at {runner.iter} of 20 after a validation there, files: {', '.join(files)}")
sys.exit(rates != [1.0, 0.1] or runner.iter != 6 or files != ["iter_5.pth"])
P
