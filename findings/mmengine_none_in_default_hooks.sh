#!/usr/bin/env bash
# mmengine with mmseg's schedules: None takes out some default hooks and not others.
#
# Usual belief: `default_hooks = dict(NAME=None)` in a child config, or on the command line,
#   switches off a hook that a base config has; the docs show it for `timer`.
# What happens: that holds for the six names that mmengine knows (runtime_info, timer,
#   sampler_seed, logger, param_scheduler, checkpoint). With any other key the runner stops
#   with an AssertionError that has no words. mmseg's own schedules have such a key,
#   `visualization`: it cannot be switched off the way the logger beside it can. Nor can a
#   hook that one's own base file adds; `_delete_=True` with all that stays is the way.
# And: param_scheduler=None is taken, and trains at a constant rate although the config has
#   a schedule.
# Version: onedl-mmengine 0.10.12, onedl-mmsegmentation 1.4.2 (its schedule_20k.py).
# Output seen:
#   hooks of the schedule: timer, logger, param_scheduler, checkpoint, sampler_seed, visualization
#   None takes out: timer, logger, param_scheduler, checkpoint, sampler_seed
#   None is an error: visualization (AssertionError without words)
#   rate after 4 of 5 iterations of PolyLR: 0.01 of the first one's, without its hook 1.00
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onedl-mmengine==0.10.12 torch==2.13.0 numpy==2.4.6 opencv-python-headless==4.13.0.92
python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$T/configs" \
    onedl-mmsegmentation==1.4.2
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, HOOKS, MODELS
from mmengine.runner import Runner


@HOOKS.register_module()
class SegVisualizationHook(Hook):
    """Stands for mmseg's, which is not imported here."""


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


schedule = Config.fromfile("configs/mmseg/.mim/configs/_base_/schedules/schedule_20k.py")


def runner(number, **hooks):
    """A training by mmseg's schedule, five iterations long, some hooks replaced."""
    cfg = Config(
        dict(
            model=dict(type="Line"),
            work_dir="run",
            experiment_name=f"run{number}",
            log_level="ERROR",
            train_dataloader=dict(
                batch_size=2,
                dataset=dict(type="Ones"),
                sampler=dict(type="InfiniteSampler"),
            ),
            train_cfg=dict(type="IterBasedTrainLoop", max_iters=5),
            optim_wrapper=schedule.optim_wrapper,
            param_scheduler=[dict(schedule.param_scheduler[0], end=5)],
            default_hooks=dict(schedule.default_hooks),
        )
    )
    cfg.merge_from_dict({f"default_hooks.{key}": value for key, value in hooks.items()})
    return Runner.from_cfg(cfg)


names, out, refused = list(schedule.default_hooks), [], []
for number, name in enumerate(names):
    try:
        runner(number, **{name: None})
    except AssertionError as error:
        refused.append(name)
        assert not str(error)
    else:
        out.append(name)


class Last(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.rate = runner.optim_wrapper.get_lr()["lr"][0]


def last_rate(number, **hooks):
    training, last = runner(number, **hooks), Last()
    training.register_hook(last)
    training.train()
    return last.rate / schedule.optimizer.lr


print("hooks of the schedule:", ", ".join(names))
print("None takes out:", ", ".join(out))
print("None is an error:", ", ".join(refused), "(AssertionError without words)")
with_it, without = last_rate(10), last_rate(11, param_scheduler=None)
print(
    f"rate after 4 of 5 iterations of PolyLR: {with_it:.2f} of the first one's, "
    f"without its hook {without:.2f}"
)
assert refused == ["visualization"]
assert len(out) == 5
assert with_it < 0.5
assert without == 1
P
