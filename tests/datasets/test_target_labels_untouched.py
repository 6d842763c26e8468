"""No label of the target is opened in training."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Runs in a process of its own: an audit hook can never be removed again. It sees every
# open, listdir and scandir of Python, in the forked workers too.
SCRIPT = """
import os, sys
gta5, cityscapes = sys.argv[1:]
seen = []
def guard(event, args):
    if event in ('open', 'os.listdir', 'os.scandir') and 'gtFine' in str(args[0]):
        raise RuntimeError(f'{event} of a target label: {args[0]}')
    if event == 'open' and os.sep + 'labels' + os.sep in str(args[0]):
        seen.append(args[0])
import mmseg_uda
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg_uda.datasets.preflight import check_dataloader
sys.addaudithook(guard)
cfg = Config.fromfile('configs/_base_/datasets/gta_to_cityscapes.py')
train, val = cfg.train_dataloader, cfg.val_dataloader
train.dataset.domains.source.data_root = gta5
train.dataset.domains.target.data_root = cityscapes
val.dataset.data_root = cityscapes
with DefaultScope.overwrite_default_scope('mmseg'):
    check_dataloader(train.to_dict())
    for workers in (0, 2):
        train.update(num_workers=workers, persistent_workers=False)
        batches = iter(Runner.build_dataloader(train, seed=1))
        for _ in range(3):
            for sample in next(batches)['data_samples']:
                labelled = 'gt_sem_seg' in sample
                assert labelled == (sample.metainfo['domain'] == 'source'), sample
    assert seen, 'the hook saw no label of the source: it does not work'
    print('untouched', flush=True)
    # The hook does catch a label of the target: evaluation reads them.
    val.update(num_workers=0, persistent_workers=False)
    Runner.build_dataloader(val)
"""


@pytest.mark.slow
def test_training_data__never_opens_target_labels(gta5_root, cityscapes_root):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, gta5_root, cityscapes_root],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.endswith("untouched\n"), done.stderr[-2000:]
    assert "RuntimeError: os.scandir of a target label" in done.stderr
