#!/usr/bin/env bash
# Test with several processes on this machine, one per GPU, or on CPUs without GPUs:
#   tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and PORT. PYTHON names the
# interpreter.
set -euo pipefail

if [ "$#" -lt 3 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PROCESSES="${3}"
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
    "$HERE/test.py" "${@:1:2}" --launcher pytorch "${@:4}"
