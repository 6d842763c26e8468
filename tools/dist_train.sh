#!/usr/bin/env bash
# Train with several processes on this machine, one per GPU, or on CPUs without GPUs:
#   tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and PORT. PYTHON names the
# interpreter.
set -euo pipefail

if [ "$#" -lt 2 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PROCESSES="${2}"
case "$PROCESSES" in
    '' | *[!0-9]*)
        echo "error: PROCESSES must be a number, got '$PROCESSES'" >&2
        exit 2
        ;;
esac

PYTHONPATH="$HERE/..${PYTHONPATH:+:$PYTHONPATH}" \
OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" \
exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$HERE/train.py" "${@:1:1}" --launcher pytorch "${@:3}"
