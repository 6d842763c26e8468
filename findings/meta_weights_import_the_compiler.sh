#!/usr/bin/env bash
# torch: giving a weight on the meta device its initial values imports torch.compile's
#   front end.
#
# Usual belief: a network built under torch.device("meta") costs nothing, as no number is
#   ever computed; initialising such weights is a no-op.
# What happens: Tensor.normal_ has no meta kernel of its own. It goes through torch's
#   Python reference, whose wrapper imports torch._dynamo, hundreds of modules that were
#   not loaded before. uniform_ does have one, so linear and convolution layers of torch
#   itself are free, and those of code that calls nn.init.normal_ or kaiming_normal_
#   (nearly every segmentation head) are not.
# Why it matters here: a tool that only describes a network builds it on meta to save time
#   and memory; it then spends more on that import than it had saved.
# Version: torch 2.13.0, on a CPU.
# Output seen:
#   built on meta: compiler imported False
#   kaiming_uniform_: compiler imported False
#   kaiming_normal_: compiler imported True, more than 200 modules more
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    torch==2.13.0 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import sys

import torch
from torch import nn


def compiler() -> bool:
    return "torch._dynamo" in sys.modules


with torch.device("meta"):
    layer = nn.Conv2d(64, 64, 3)
print(f"built on meta: compiler imported {compiler()}")
assert layer.weight.is_meta and not compiler()
nn.init.kaiming_uniform_(layer.weight)
print(f"kaiming_uniform_: compiler imported {compiler()}")
assert not compiler()
before = len(sys.modules)
nn.init.kaiming_normal_(layer.weight)
more = len(sys.modules) - before
print(f"kaiming_normal_: compiler imported {compiler()}, "
      f"{'more than 200' if more > 200 else more} modules more")
assert compiler() and more > 200
P
