#!/usr/bin/env bash
# A label of 2 or 4 bits holds other class ids in Pillow and OpenCV than in GDAL.
#
# Usual belief: the number in a one-channel label is the class id, whichever library
#   reads it; mmseg, torchvision and Hugging Face data sets all rest on that.
# What happens: of a gray PNG with 2 bits a pixel (as GDAL writes it with NBITS=2), ids
#   0 1 2 3 come as 0 85 170 255 from Pillow and from OpenCV (IMREAD_UNCHANGED), and as
#   0 1 2 3 from rasterio. The highest id is 255 then, which every one of these trainers
#   takes for "ignore": the class is never learnt, and nothing fails. Of a PGM whose
#   highest value is 3, Pillow stretches too, and OpenCV does not.
# Version: Pillow 12.3.0, opencv-python-headless 4.13.0.92, rasterio 1.4.4 (numpy 2.4.6).
# Output seen:
#   PNG of 2 bits: Pillow 0 85 170 255, OpenCV 0 85 170 255, rasterio 0 1 2 3
#   PGM up to 3:   Pillow 0 85 170 255, OpenCV 0 1 2 3, rasterio 0 1 2 3
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    pillow==12.3.0 opencv-python-headless==4.13.0.92 rasterio==1.4.4 numpy==2.4.6
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import sys

import cv2
import numpy as np
import rasterio
from PIL import Image

ids = np.array([[0, 1, 2, 3]], np.uint8)
options = dict(driver="PNG", height=1, width=4, count=1, dtype="uint8", nbits=2)
with rasterio.open("x.png", "w", **options) as file:
    file.write(ids, 1)
with open("x.pgm", "wb") as file:
    file.write(b"P5 4 1 3\n" + ids.tobytes())


def rows(path):
    with rasterio.open(path) as file:
        stored = file.read(1)[0]
    return {
        "Pillow": np.asarray(Image.open(path))[0].tolist(),
        "OpenCV": cv2.imread(path, cv2.IMREAD_UNCHANGED)[0].tolist(),
        "rasterio": stored.tolist(),
    }


seen = {"PNG of 2 bits": rows("x.png"), "PGM up to 3": rows("x.pgm")}
for what, read in seen.items():
    print(f"{what}:", ", ".join(f"{k} {' '.join(map(str, v))}" for k, v in read.items()))
stretched, kept = [0, 85, 170, 255], [0, 1, 2, 3]
wanted = {
    "PNG of 2 bits": dict(Pillow=stretched, OpenCV=stretched, rasterio=kept),
    "PGM up to 3": dict(Pillow=stretched, OpenCV=kept, rasterio=kept),
}
sys.exit(seen != wanted)
P
