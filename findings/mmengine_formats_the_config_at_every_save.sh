#!/usr/bin/env bash
# mmengine: every checkpoint lays out the whole config with a code formatter again.
#
# Usual belief: a checkpoint costs what it takes to write the weights; the config's text
#   in its meta was made when the run began, and is handed on.
# What happens: Runner.save_checkpoint asks for Config.pretty_text, a property that builds
#   the text anew and runs yapf on it, though nothing has changed. The time grows with the
#   lines of the config, not with the weights. Before the first iteration the same text
#   has been laid out four times: for the log (at any log level), the message hub, the
#   visualizer and the dump.
# Why it matters here: for small networks, short intervals and configs of several stages
#   it is most of what saving costs (seen: a fifth of a training's time, with a config of 500
#   lines and a checkpoint every eight seconds). `Config(..., format_python_code=False)` is
#   the way around it, at the price of a text that nobody can read.
# Version: onedl-mmengine 0.10.12, yapf 0.43.0 (same code in mmengine 0.10.7).
# Output seen (times vary; counts do not):
#   laid out before the first iteration: 4, for 10 checkpoints: 10
#   different texts among them: 1
#   share of formatting in the time of saving: 99%
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onedl-mmengine==0.10.12 yapf==0.43.0 torch==2.13.0 numpy==2.4.6 \
    opencv-python-headless==4.13.0.92
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import time

import torch
import yapf.yapflib.yapf_api as yapf
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, MODELS
from mmengine.runner import Runner

texts, spent = [], {"formatting": 0.0, "saving": 0.0}


def timed(name, function):
    def call(*args, **options):
        begun = time.perf_counter()
        result = function(*args, **options)
        spent[name] += time.perf_counter() - begun
        return result

    return call


layout = timed("formatting", yapf.FormatCode)


def remember(text, **options):
    texts.append(text)
    return layout(text, **options)


yapf.FormatCode = remember


@MODELS.register_module()
class Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, x, mode="loss"):
        return {"loss": self.layer(torch.stack(list(x))).square().mean()}


@DATASETS.register_module()
class Ones(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return {"x": torch.ones(1)}


class Looks(Runner):
    def save_checkpoint(self, *args, **options):
        if "before" not in spent:
            spent["before"] = len(texts)
            spent["formatting"] = 0.0
        timed("saving", super().save_checkpoint)(*args, **options)


cfg = Config(
    dict(
        model=dict(type="Line"),
        notes={f"part_{i}": dict(kind="conv", size=(3, 3), rate=0.1) for i in range(40)},
        work_dir="run",
        log_level="WARNING",
        train_dataloader=dict(
            batch_size=2,
            dataset=dict(type="Ones"),
            sampler=dict(type="InfiniteSampler"),
        ),
        train_cfg=dict(type="IterBasedTrainLoop", max_iters=10),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.1)),
        default_hooks=dict(
            checkpoint=dict(type="CheckpointHook", interval=1, by_epoch=False)
        ),
    )
)
Looks.from_cfg(cfg).train()
before = spent["before"]
saves = len(texts) - before
share = spent["formatting"] / spent["saving"]
print(f"laid out before the first iteration: {before}, for 10 checkpoints: {saves}")
print(f"different texts among them: {len(set(texts))}")
print(f"share of formatting in the time of saving: {share:.0%}")
assert saves == 10
assert len(set(texts)) == 1
assert share > 0.5
P
