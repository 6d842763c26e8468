"""Trainings that end with the target's statistics, in milliseconds."""

import json
from pathlib import Path

import numpy as np
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmseg.models import SegDataPreProcessor
from PIL import Image
from torch import nn
from toy_runner import build_runner

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.engine.hooks import TargetStatisticsHook
from mmseg_uda.stages.training.early_end import EarlyEnd

#: More than there are iterations, so that a count of batches tells who has counted.
COUNT = 23
MEAN, STD = 100.0, 50.0
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="PackSegInputs")]


class Normed(nn.Module):
    """A convolution of one pixel and a batch norm; predicts with running statistics."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        self.bn = nn.BatchNorm2d(2)

    def forward(self, images):
        return self.bn(self.conv(images))

    def predict(self, inputs, samples):
        return self(inputs)


class NormedToy(BaseModel):
    """Predicts how many steps it was trained, and ``+`` with the images' statistics.

    Args:
        frozen: Keep the running statistics in training, and normalise with them.
    """

    def __init__(self, frozen=False):
        mean, std = [MEAN] * 3, [STD] * 3
        super().__init__(SegDataPreProcessor(mean=mean, std=std, size=(4, 6)))
        torch.manual_seed(7)
        self.frozen = frozen
        self.register_buffer("steps", torch.tensor(0))
        self.segmentor = Normed()
        self.heads = nn.ModuleDict({"d_decode": nn.Linear(2, 1)})

    def train(self, mode=True):
        super().train(mode)
        self.segmentor.bn.train(mode and not self.frozen)
        return self

    def forward(self, inputs, data_samples=None, mode="loss"):
        if mode == "predict":
            plus = "+" * (self.segmentor.bn.num_batches_tracked.item() == COUNT)
            return [f"{self.steps.item()}{plus}"] * len(inputs)
        self.steps += 1
        logits = self.segmentor(inputs)
        pooled = self.heads["d_decode"](logits.mean((2, 3)))
        return {
            "source.loss_decode": (logits - 1).square().mean(),
            "adv.loss_head": nn.functional.softplus(pooled).mean(),
        }


def write_images(folder):
    """Random images that differ in brightness, once."""
    if not folder.exists():
        folder.mkdir(parents=True)
        rng = np.random.default_rng(0)
        for i in range(COUNT):
            pixels = (8 * i + rng.integers(0, 30, (4, 6, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{i:02}.png")
    return folder


def build(
    folder,
    name,
    *hooks,
    resume_from=None,
    frozen=False,
    interval=3,
    at="end",
    **options,
):
    """Build a Runner of 6 iterations; ``hooks`` come on top of the one under test."""
    images = write_images(Path(folder).parent / "images")
    data = dict(type="UnlabelledFolder", data_root=str(images))
    runner: Runner = build_runner(
        folder,
        name,
        options.pop("max_iters", 6),
        resume_from,
        model=NormedToy(frozen),
        checkpoint=dict(interval=interval),
        dataset=ImageFiles.from_folder(images, PIPELINE),
        data=dict(
            train_dataloader=dict(dataset=dict(domains=dict(target=data))),
            test_dataloader=dict(dataset=dict(pipeline=PIPELINE)),
        ),
        **options,
    )
    adapts = TargetStatisticsHook("target", at, batch_size=4)
    for hook in (adapts, *hooks, EarlyEnd()):
        runner.register_hook(hook)
    return runner


def statistics_expected(folder, state):
    """Mean and variance (over count - 1) of the convolution's output, in float64."""
    paths = sorted((Path(folder).parent / "images").iterdir())
    pixels = np.stack([np.asarray(Image.open(path)) for path in paths])
    values = (pixels[..., ::-1].reshape(-1, 3).astype(float) - MEAN) / STD
    weight = state["segmentor.conv.weight"].double().numpy().reshape(2, 3)
    values = values @ weight.T + state["segmentor.conv.bias"].double().numpy()
    mean = values.sum(0) / len(values)
    variance = ((values - mean) ** 2).sum(0) / (len(values) - 1)
    return torch.from_numpy(mean), torch.from_numpy(variance)


def saved(folder, name):
    """Return weights that a training has saved."""
    return torch.load(Path(folder, name), weights_only=False)["state_dict"]


def result(folder):
    """Return the results that a training has written."""
    return json.loads(Path(folder, "result.json").read_text())
