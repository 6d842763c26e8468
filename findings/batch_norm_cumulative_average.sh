#!/usr/bin/env bash
# torch: momentum=None does not average the data that is seen from now on.
#
# Usual belief: setting BatchNorm's momentum to None and passing new images in training
#   mode gives their plain average as running statistics, the usual way to adapt a
#   trained network to another domain; batches may be of one image.
# What happens: (1) the average counts on from num_batches_tracked, which a checkpoint
#   brings along: after 100000 batches of training, 100 batches of a new domain count
#   for a thousandth, without a word. (2) Set back to 0 it averages the variances *within*
#   batches: of single images the variance between images is lost.
# Why it matters here: the adapted network is all but the old one, and "batch norm
#   statistics of the target do nothing" is concluded from it.
# Version: torch 2.13.0.
# Output seen:
#   mean of the new domain is 5.0; after 100 batches: 0.005 counting on, 5.0 from 0
#   variance of all pixels is 2.0; of batches of one image: 1.0
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    torch==2.13.0 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import torch
from torch import nn

torch.manual_seed(0)


def adapted(tracked, batches):
    norm = nn.BatchNorm2d(1, momentum=None).train()
    norm.num_batches_tracked.fill_(tracked)  # as a trained checkpoint has it
    for batch in batches:
        norm(batch)
    return norm


new = [torch.randn(8, 1, 16, 16) + 5 for _ in range(100)]
on, fresh = (adapted(n, new).running_mean.item() for n in (100_000, 0))
print(f"mean of the new domain is 5.0; after 100 batches: {on:.3f} counting on, "
      f"{fresh:.1f} from 0")

# images that differ in brightness: variance 1 between them and 1 within each
images = [torch.randn(1, 1, 64, 64) + torch.randn(1) for _ in range(2000)]
within = adapted(0, images).running_var.item()
total = torch.cat(images).var().item()
print(f"variance of all pixels is {total:.1f}; of batches of one image: {within:.1f}")
assert on < 0.01 and abs(fresh - 5) < 0.1
assert abs(within - 1) < 0.05 and abs(total - 2) < 0.2
P
