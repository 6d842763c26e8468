#!/usr/bin/env bash
# OpenCV darkens the colours of a TIFF under its alpha band, and leaves those of a PNG.
#
# Usual belief: IMREAD_COLOR of a four-channel file drops the fourth channel, so that an
#   orthophoto with a mask of valid pixels gives the same three numbers in any format.
# What happens: from a TIFF whose fourth band is declared as unassociated alpha, colours
#   come multiplied by alpha / 255, so that everything under a half-valid mask is dark and
#   what is masked is black. IMREAD_UNCHANGED does the same, and hands out the alpha that
#   it has multiplied by. A PNG of the same numbers comes as it is stored.
# Why it matters here: images of one flight, some as PNG and some as TIFF, become two
#   domains; a network learns the mask instead of the ground.
# Version: opencv-python-headless 4.13.0.92 (numpy 2.4.6, tifffile 2026.3.3).
# Output seen: stored 200 200 200 | TIFF 0 100 200 | unchanged 0 100 200 | PNG 200 200 200
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    opencv-python-headless==4.13.0.92 numpy==2.4.6 tifffile==2026.3.3
cd "$T" && PYTHONPATH="$T/lib" python3 - <<'P'
import sys

import cv2
import numpy as np
import tifffile

rgba = np.full((8, 3, 4), 200, np.uint8)
rgba[..., 3] = [0, 128, 255]  # alpha of the three columns
tifffile.imwrite("x.tif", rgba, photometric="rgb", extrasamples=["unassalpha"])
cv2.imwrite("x.png", rgba)  # all colours are equal, so their order is no matter
rows = {
    "stored": rgba[0, :, 0],
    "TIFF": cv2.imread("x.tif", cv2.IMREAD_COLOR)[0, :, 0],
    "unchanged": cv2.imread("x.tif", cv2.IMREAD_UNCHANGED)[0, :, 0],
    "PNG": cv2.imread("x.png", cv2.IMREAD_COLOR)[0, :, 0],
}
print(" | ".join(f"{name} {' '.join(map(str, row))}" for name, row in rows.items()))
seen = {name: row.tolist() for name, row in rows.items()}
kept, darkened = [200, 200, 200], [0, 100, 200]
wanted = dict(stored=kept, TIFF=darkened, unchanged=darkened, PNG=kept)
sys.exit(seen != wanted)
P
