#!/usr/bin/env bash
# A thin polygon is two to three times as large in OpenCV and Pillow as in COCO's library.
#
# Usual belief: libraries differ in the pixels along a border and in nothing else, so that
#   an outline is the same label whichever of them draws it.
# What happens: cv2.fillPoly and ImageDraw.polygon draw the outline as a line of its own,
#   with all pixels that it touches; pycocotools covers the area alone. Of a slanted strip
#   one pixel wide (a crack, a pole, a lane marking) COCO's has 45 pixels, Pillow's 92 and
#   OpenCV's 137, where the area is 63. Half a pixel wide, it has none in COCO's, so that
#   the object is gone, and 92 in Pillow's. A disc of radius 2 has 12, 17 and 21.
# Why it matters here: tools export masks with one of the three and trainers draw outlines
#   with another, so that of two domains the labels, not the images, can differ: a network
#   from the one scores an IoU below 0.5 on thin things of the other with no error at all.
# Version: pycocotools 2.0.11, opencv-python-headless 4.13.0.92, Pillow 12.3.0
#   (numpy 2.4.6).
# Output seen: area, pixels of COCO, of OpenCV, of Pillow
#   strip of 0.5: 32 0 46 92
#   strip of 1: 63 45 137 92
#   strip of 3: 189 180 228 274
#   disc of 2: 13 12 21 17
#   disc of 10: 314 315 345 335
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    pycocotools==2.0.11 opencv-python-headless==4.13.0.92 pillow==12.3.0 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 - <<'P'
import sys

import cv2
import numpy as np
from PIL import Image, ImageDraw
from pycocotools import mask

SIDE = 64


def pixels(points):
    x, y = points.T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    runs = mask.frPyObjects([points.ravel().tolist()], SIDE, SIDE)
    filled = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(filled, [points.round().astype(np.int32)], 1)
    drawn = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(drawn).polygon([tuple(p) for p in points.tolist()], 1, 1)
    masks = mask.decode(mask.merge(runs)), filled, np.asarray(drawn)
    return [round(area), *(int(m.sum()) for m in masks)]


def strip(width):
    ends, aside = np.array([[5.0, 5], [50, 50]]), 0.7 * np.array([width, -width])
    return np.concatenate([ends, (ends + aside)[::-1]])


def disc(radius):
    angle = np.linspace(0, 2 * np.pi, 60)[:-1]
    return 30 + radius * np.stack([np.cos(angle), np.sin(angle)], 1)


seen = {f"strip of {w}": pixels(strip(w)) for w in (0.5, 1, 3)}
seen |= {f"disc of {r}": pixels(disc(r)) for r in (2, 10)}
for what, numbers in seen.items():
    print(f"{what}:", *numbers)
sys.exit(
    seen
    != {
        "strip of 0.5": [32, 0, 46, 92],
        "strip of 1": [63, 45, 137, 92],
        "strip of 3": [189, 180, 228, 274],
        "disc of 2": [13, 12, 21, 17],
        "disc of 10": [314, 315, 345, 335],
    }
)
P
