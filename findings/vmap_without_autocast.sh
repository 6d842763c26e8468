#!/usr/bin/env bash
# torch: on a CPU, torch.func.vmap switches autocast off for what it maps.
#
# Usual belief: a layer gives the same numbers in the same type when vmap runs it on
#   several inputs at once as when a loop does, in mixed precision as well.
# What happens: under torch.autocast("cpu") a convolution or a linear layer is run in
#   bfloat16, and the same call inside vmap in float32, without a warning. Results differ
#   by bfloat16's rounding, and memory and time are those of float32.
# Why it matters here: noisy passes of a head that are batched with vmap are compared
#   with a clean pass that was rounded; at zero noise they differ, and the difference
#   passes for sensitivity of the network.
# Version: torch 2.13.0, on a CPU; not tried on a GPU.
# Output seen:
#   convolution: torch.bfloat16 by itself, torch.float32 in vmap, largest difference > 0
#   linear: torch.bfloat16 by itself, torch.float32 in vmap, largest difference > 0
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    torch==2.13.0 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import torch
from torch import nn

torch.manual_seed(0)
layers = {
    "convolution": (nn.Conv2d(4, 4, 3, padding=1), torch.randn(3, 2, 4, 8, 8)),
    "linear": (nn.Linear(8, 4), torch.randn(3, 2, 8)),
}
for name, (layer, inputs) in layers.items():
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        loop = torch.stack([layer(x) for x in inputs])
        mapped = torch.func.vmap(layer)(inputs)
    apart = (loop.float() - mapped.float()).abs().max().item()
    print(f"{name}: {loop.dtype} by itself, {mapped.dtype} in vmap, largest "
          f"difference {'> 0' if apart > 0 else '0'}")
    assert loop.dtype == torch.bfloat16 and mapped.dtype == torch.float32 and apart > 0
P
