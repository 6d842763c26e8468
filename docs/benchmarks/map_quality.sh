#!/usr/bin/env bash
# The study of map_quality.md: every map on the Source networks of adaptation.md, which
# tools/benchmark.py has trained, as they are and with the target's batch norm statistics.
# Usage: bash docs/benchmarks/map_quality.sh [folder of the benchmark [folder of results]]
set -euo pipefail
cd "$(dirname "$0")/../.."
networks=${1:-work_dirs/adaptation} out=${2:-work_dirs/map_quality}
noise=(
    kind=gaussian_mixed,eps=3,unit=rms,num_samples=4
    kind=gaussian_mixed,eps=3,unit=rms,num_samples=1
    kind=gaussian_channel,eps=1,unit=rms,num_samples=4
    kind=gaussian_clip,eps=1,unit=rms,num_samples=4
    kind=gaussian_clip,eps=2,unit=rms,num_samples=4
    kind=gaussian_clip,eps=4,unit=rms,num_samples=4
    kind=l2_location,eps=1,unit=location,num_samples=4
    kind=worst_direction,eps=0.1,unit=location,num_samples=1
    kind=gaussian_clip,eps=0.5,unit=absolute,num_samples=1
)
for task in gta synthia; do
    for weights in train/iter_500 target_statistics/with_target_statistics; do
        "${PYTHON:-python}" tools/rank_maps.py "configs/source_only/source_only_$task.py" \
            "$networks/source_only_$task"/seed{0,1,2}/"$weights.pth" --toy --markdown \
            ${TOY_ROOT:+--toy-root "$TOY_ROOT"} \
            --out "$out/${task}_${weights%%/*}" --noise "${noise[@]}"
    done
done
