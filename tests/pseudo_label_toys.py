"""A model, images and a rule that are small enough to check by hand."""

import hashlib

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image

from mmseg_uda.pseudo_labels import SelectionRule

NUM_CLASSES = 4
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="PackSegInputs")]


def write_images(root, count=5, seed=0, size=(12, 16)):
    rng = np.random.default_rng(seed)
    for i in range(count):
        path = root / f"city{i % 2}" / f"img{i:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (size[0] + i % 3, size[1], 3)
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(path)
    return root


class ToyModel(torch.nn.Module):
    """Logits are a fixed mix of the colours; counts its calls, dies when told to."""

    def __init__(self, fail_at=None):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.mix = torch.randn(NUM_CLASSES, 3, generator=generator) / 40
        self.calls = 0
        self.fail_at = fail_at

    def logits(self, image):
        return torch.einsum("kc,chw->khw", self.mix, image.float())

    def test_step(self, data):
        assert not self.training
        if self.calls == self.fail_at:
            raise KeyboardInterrupt
        self.calls += 1
        out = []
        for image, sample in zip(data["inputs"], data["data_samples"], strict=True):
            result = SegDataSample(metainfo=sample.metainfo)
            logits = self.logits(image)
            if sample.metainfo.get("flip"):
                logits = logits.flip(-1)
            result.seg_logits = PixelData(data=logits)
            out.append(result)
        return out


class MeanConfidence(SelectionRule):
    """Drops what is below the set's mean confidence: a rule with a first pass."""

    needs_statistics = True

    def __init__(self):
        self.mean = None

    def settings(self):
        return {"type": "MeanConfidence"}

    def observe(self, probs):
        confidence = (probs.amax(0) * 255).round()
        return {"count": np.array(confidence.numel()), "sum": confidence.sum().numpy()}

    def fit(self, read):
        counts = sum(int(image["count"]) for image in read())
        self.mean = sum(int(image["sum"]) for image in read()) / counts / 255

    def state_dict(self):
        return {"mean": self.mean}

    def load_state_dict(self, state):
        self.mean = state["mean"]

    def thresholds(self):
        return self.mean

    def apply(self, probs):
        confidence, labels = probs.max(0)
        labels = labels.to(torch.uint8)
        return labels.masked_fill(confidence < self.thresholds(), 255)


def folder_hashes(folder):
    """Content of a folder: sha256 by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
