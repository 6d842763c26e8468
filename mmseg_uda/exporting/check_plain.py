"""Whether stock mmseg predicts with an export what we predict."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from torch import Tensor

from .write_plain import CONFIG, WEIGHTS

# run without this package: whoever imports it, fails
_STOCK = """
import sys
sys.modules["mmseg_uda"] = None
import numpy as np
from mmseg.apis import MMSegInferencer

config, weights, out, *images = sys.argv[1:]
inferencer = MMSegInferencer(config, weights, device="cpu", show_progress=False)
found = {}
for index, image in enumerate(images):
    sample = inferencer(image, return_datasamples=True)
    found[f"labels_{index}"] = sample.pred_sem_seg.data[0].numpy()
    found[f"probs_{index}"] = sample.seg_logits.data.float().softmax(0).numpy()
np.savez(out, **found)
"""
_TOLERANCE = 1e-4  # of probabilities, for another number of threads


def check_plain(
    folder: str | Path, images: Sequence[str | Path], wanted: Sequence[Tensor]
) -> int:
    """Load an export with mmseg's own inferencer, in a process of its own.

    Args:
        folder: The export.
        images: Image files.
        wanted: Our probabilities of each, (K, H, W).

    Returns:
        Number of pixels whose class differs. Where threads add up in another order,
        classes that are level may change places; others may not.

    Raises:
        ValueError: If mmseg cannot load it, or predicts something else.
    """
    with TemporaryDirectory() as temporary:
        out = Path(temporary, "stock.npz")
        command = [
            *(sys.executable, "-c", _STOCK),
            *map(str, (Path(folder, CONFIG), Path(folder, WEIGHTS), out, *images)),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=temporary,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        )
        if done.returncode or not out.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ValueError(
                f"mmseg's inferencer cannot load what was exported: {last}\nNothing "
                "was written. Classes of your own have to be importable (PYTHONPATH)."
            )
        with np.load(out) as found:
            return sum(
                _compared(found[f"labels_{i}"], found[f"probs_{i}"], probs, image)
                for i, (image, probs) in enumerate(zip(images, wanted, strict=True))
            )


def _compared(
    labels: np.ndarray, probs: np.ndarray, wanted: Tensor, image: str | Path
) -> int:
    """Return in how many pixels classes differ; refuse if they may not."""
    ours = wanted.numpy()
    same = probs.shape == ours.shape
    off = float(np.abs(probs - ours).max()) if same else np.inf
    if not off <= _TOLERANCE:
        raise ValueError(
            f"mmseg's inferencer predicts otherwise with the export on {image}: "
            f"probabilities are off by {off:.2g}. Nothing was written; please report "
            "this with the config"
        )
    return int((labels != ours.argmax(0)).sum())
