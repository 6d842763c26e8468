#!/usr/bin/env bash
# Which networks find ToyCity's poles when they learn from the target's own labels: the
# oracle of adaptation.md with other heads, images and lengths, seed 0; see "Small things"
# there. A finished training is not repeated. What --cfg-options take may follow.
# Usage: bash docs/benchmarks/pole_oracles.sh [folder [KEY=VALUE ...]]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-work_dirs/pole_oracles}
shift || true
mkdir -p "$out"
base=$PWD/configs/_base_
oracle="_base_ = '$PWD/configs/source_only/oracle_gta.py'"
of_head() {  # model, method and schedule that go with a head
    cat <<P
_base_ = ["$base/models/$1.py", "$base/datasets/cityscapes_labelled.py",
          "$base/methods/$2.py", "$base/schedules/$3.py", "$base/default_runtime.py"]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
P
}
both() {  # an option of both heads of MRNet
    echo "model = dict(segmentor=dict(decode_head=dict($1), auxiliary_head=dict($1)))"
}
whole="train_dataloader = dict(batch_size=1, sampler=dict(samples_per_domain=dict(source=1)),
    dataset=dict(domains=dict(source=dict(pipeline=[
        dict(type='LoadImageFromFile'), dict(type='LoadLabels'),
        dict(type='Resize', scale=(1280, 720), backend='pillow', interpolation='bicubic'),
        dict(type='PackSegInputs')]))))"
sum=(deeplabv2_r101_sum_single baseline mlan_250k)
concat=(deeplabv2_r101_concat source_only lcda_100k)
of_head "${sum[@]}" > "$out/mlan_head.py"
{ of_head "${sum[@]}"; echo "$whole"; } > "$out/mlan_head_whole_images.py"
{ of_head "${concat[@]}"; echo "$whole"; } > "$out/whole_images.py"
{ echo "$oracle"; both "use_se=False"; } > "$out/no_gates.py"
{ echo "$oracle"; both "channels=1024, bottleneck_channels=2048"; } > "$out/four_times_as_wide.py"
{ echo "$oracle"; both "norm_cfg=dict(_delete_=True, type='BN')"; } > "$out/batch_norm.py"
{ echo "$oracle"; echo "optim_wrapper = dict(segmentor=dict(lr_mults=dict(
    decode_head=3.0, auxiliary_head=3.0)))"; } > "$out/smaller_rate.py"
echo "$oracle" > "$out/four_times_as_long.py"
for config in "$out"/*.py; do
    name=$(basename "$config" .py) options=(train_cfg.val_interval=250)
    if [ "$name" = four_times_as_long ]; then
        options=(toy.iters=2000 train_cfg.val_interval=500)
    fi
    "${PYTHON:-python}" tools/train.py "$config" --toy --toy-network pretrained --seed 0 \
        ${TOY_ROOT:+--toy-root "$TOY_ROOT"} --work-dir "$out/$name" \
        --cfg-options "${options[@]}" "$@" > "$out/$name.log" 2>&1
done
"${PYTHON:-python}" - "$out" <<'P'
import json
import sys
from pathlib import Path

from prettytable import PrettyTable

CLASSES = ("pole", "traffic sign", "person", "bus", "traffic light")
table = PrettyTable(["oracle", "mIoU", *CLASSES])
for file in sorted(Path(sys.argv[1]).glob("*/train/result.json")):
    score = json.loads(file.read_text())["final"]
    ious = [score[f"IoU.{name}"] for name in CLASSES]
    table.add_row([file.parts[-3], score["mIoU"], *ious])
print(table)
P
