#!/usr/bin/env bash
# OpenCV turns a TIFF by its orientation tag even where it is told to ignore the tag.
#
# Usual belief: IMREAD_IGNORE_ORIENTATION gives the pixels as they lie in the file, so
#   that labels drawn on the stored pixels fit, whatever the format.
# What happens: JPEG, PNG and WebP obey the flag; a TIFF of the same pixels and the same
#   tag comes turned with the flag and without. The sides are not always swapped, so a
#   comparison of sizes need not notice.
# Why it matters here: image and label of one camera lie turned by half to one another.
# Version: opencv-python-headless 4.13.0.92 (numpy 2.4.6, Pillow 12.3.0, tifffile
#   2026.3.3).
# Output seen (tag 3, turned by half; flag set): PNG as stored, WebP as stored, TIFF turned
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    opencv-python-headless==4.13.0.92 numpy==2.4.6 pillow==12.3.0 tifffile==2026.3.3
cd "$T" && PYTHONPATH="$T/lib" python3 - <<'P'
import sys

import cv2
import numpy as np
import tifffile
from PIL import Image

stored = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)
tag = Image.Exif()
tag[274] = 3  # turn by half to show
Image.fromarray(stored).save("x.png", exif=tag)
Image.fromarray(stored).save("x.webp", exif=tag, lossless=True)
tifffile.imwrite("x.tif", stored, photometric="rgb", extratags=[(274, "H", 1, 3, True)])
flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
seen = {}
for kind, file in (("PNG", "x.png"), ("WebP", "x.webp"), ("TIFF", "x.tif")):
    rgb = cv2.imread(file, flags)[..., ::-1]
    same, half = np.array_equal(rgb, stored), np.array_equal(rgb, stored[::-1, ::-1])
    seen[kind] = "as stored" if same else "turned" if half else "otherwise"
print(", ".join(f"{kind} {what}" for kind, what in seen.items()))
sys.exit(seen != {"PNG": "as stored", "WebP": "as stored", "TIFF": "turned"})
P
