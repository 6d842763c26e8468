#!/usr/bin/env bash
# The study of map_quality.md: every map on the Source networks of adaptation.md, which
# tools/benchmark.py has trained, as they are and with the target's batch norm statistics,
# and on the oracle's.
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
rank() {  # folder of results, config, name of the rows' folder, file below a seed's
    "${PYTHON:-python}" tools/rank_maps.py "configs/source_only/$2.py" \
        "$networks/$3"/seed{0,1,2}/"$4.pth" --toy ${TOY_ROOT:+--toy-root "$TOY_ROOT"} \
        --out "$out/$1" --noise "${noise[@]}"
}
for task in gta synthia; do
    row=source_only_$task
    rank "${task}_train" "$row" "$row" train/iter_500
    rank "${task}_target_statistics" "$row" "$row" target_statistics/with_target_statistics
done
rank oracle_train oracle_gta oracle_gta train/iter_500
"${PYTHON:-python}" docs/benchmarks/map_quality.py "$out"
