#!/usr/bin/env bash
# Which rules of the pretrained toy network make MRNet's head find ToyCity's poles: the
# oracle of adaptation.md, seed 0, as it is, and with one rule, or all, as they were; see
# "Small things" there. A finished training is not repeated. What --cfg-options take may
# follow.
# Usage: bash docs/benchmarks/pole_oracles.sh [folder [KEY=VALUE ...]]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-work_dirs/pole_oracles}
shift || true
mkdir -p "$out"
base=$PWD/configs/_base_
oracle="_base_ = '$PWD/configs/source_only/oracle_gta.py'"
cat > "$out/mlan_head.py" <<P
_base_ = ["$base/models/deeplabv2_r101_sum_single.py",
          "$base/datasets/cityscapes_labelled.py", "$base/methods/baseline.py",
          "$base/schedules/mlan_250k.py", "$base/default_runtime.py"]
model = dict(segmentor=_base_.segmentor, data_preprocessor=_base_.data_preprocessor)
P
head=model.segmentor
of_both() { echo "$head.decode_head.$1 $head.auxiliary_head.$1"; }
rates="optim_wrapper.segmentor.lr_mults"
start="$(of_both classifier_std=0.001) $rates.decode_head=10 $rates.auxiliary_head=10"
dilations="$(of_both 'dilations=[6,12,18,24]')"
share="model.objectives.source.class_balance.min_share=0.0078125"
run() {  # name, config, options
    local name=$1 config=$2
    shift 2
    "${PYTHON:-python}" tools/train.py "$config" --toy --toy-network pretrained --seed 0 \
        ${TOY_ROOT:+--toy-root "$TOY_ROOT"} --work-dir "$out/$name" \
        --cfg-options train_cfg.val_interval=250 "$@" > "$out/$name.log" 2>&1
}
echo "$oracle" > "$out/oracle.py"
run as_it_is "$out/oracle.py" "$@"
run start_and_rate_as_before "$out/oracle.py" $start "$@"
run dilations_as_before "$out/oracle.py" $dilations "$@"
run rare_as_before "$out/oracle.py" $share "$@"
run all_as_before "$out/oracle.py" $start $dilations $share "$@"
run mlan_head "$out/mlan_head.py" "$@"
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
