#!/usr/bin/env bash
# The study of label_free.md: all networks of adaptation.md that tools/benchmark.py has
# left in a folder, by every score that needs no target label. Goes on where it stopped.
# Usage: bash docs/benchmarks/label_free.sh [folder of the benchmark [ToyCity
#        [ToyCity of held-out sources, drawn if it is not there [file of its results]]]]
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python}
networks=${1:-work_dirs/adaptation} toycity=${2:-data/toycity} held_out=${3:-data/toycity_held_out}
results=${4:-docs/benchmarks/adaptation.json}
"$python" tools/make_toycity.py --out "$held_out" --seed 1 --only gta5 synthia \
    --num-gta5-train 100 --num-synthia-train 100
"$python" -W ignore docs/benchmarks/label_free_measure.py \
    "$networks" docs/benchmarks/label_free.json "$toycity" "$held_out" "$results"
"$python" docs/benchmarks/label_free.py docs/benchmarks/label_free.{json,png}
