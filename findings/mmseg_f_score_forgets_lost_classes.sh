#!/usr/bin/env bash
# mmsegmentation: a class that a network has lost makes its mFscore better.
#
# Usual belief: with beta 1 the F-score is the Dice coefficient, so mDice and mFscore of
#   IoUMetric are one number under two names.
# What happens: the precision of a class that is never predicted is 0/0 = nan, its
#   F-score as well, and the mean over classes leaves nan out; its Dice is 0 and counts.
#   Where one class of three is found and the two others are never predicted, mFscore is
#   three times mDice.
# Why it matters here: lost classes are what goes wrong in self-training, and this score
#   prefers the networks that have lost them. Methods are compared by mFscore on aerial
#   images.
# Version: onedl-mmsegmentation 1.4.2 (the code is that of mmsegmentation 1.2.2), onedl-
#   mmengine 0.10.12, torch 2.13.0.
# Output seen:
#   class 0 found, 1 and 2 never predicted: mDice 29.63, mFscore 88.89
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    torch==2.13.0 numpy==2.4.6 onedl-mmengine==0.10.12 onedl-mmcv==2.3.6 \
    onedl-mmsegmentation==1.4.2 ftfy regex
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import torch
from mmseg.evaluation import IoUMetric

label = torch.tensor([[0] * 8 + [1, 2]])
prediction = torch.zeros(1, 10, dtype=torch.long)  # 1 and 2 are lost
metric = IoUMetric(iou_metrics=["mDice", "mFscore"], beta=1)
metric.dataset_meta = {"classes": ("0", "1", "2")}
sample = {"pred_sem_seg": {"data": prediction}, "gt_sem_seg": {"data": label}}
metric.process({}, [sample])
scores = metric.evaluate(1)
dice, f_score = (round(float(scores[name]), 2) for name in ("mDice", "mFscore"))
print(f"class 0 found, 1 and 2 never predicted: mDice {dice}, mFscore {f_score}")
assert dice == 29.63 and f_score == 88.89
P
