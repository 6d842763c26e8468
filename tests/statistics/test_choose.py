"""Statistics that are kept where predictions tell less apart with the images' own."""

import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.structures import PixelData
from mmseg.models import SegDataPreProcessor
from mmseg.structures import SegDataSample
from PIL import Image
from torch import nn

from mmseg_uda.datasets.image_files import ImageFiles
from mmseg_uda.statistics import StatisticsOptions, adapt_statistics
from mmseg_uda.statistics.information import information

PIPELINE = [dict(type="LoadImageFromFile"), dict(type="PackSegInputs")]


class Threshold(BaseModel):
    """Two classes: normalised brightness above and below a half."""

    def __init__(self, mean, variance):
        super().__init__(SegDataPreProcessor(size_divisor=1))
        self.norm = nn.BatchNorm2d(3, affine=False)
        self.norm.running_mean.fill_(mean)
        self.norm.running_var.fill_(variance)

    def forward(self, inputs, data_samples=None, mode="predict"):
        bright = 6 * self.norm(inputs).mean(1)
        logits = torch.stack([-bright, bright], dim=1)
        return [
            SegDataSample(
                seg_logits=PixelData(data=one),
                pred_sem_seg=PixelData(data=one.argmax(0, keepdim=True)),
            )
            for one in logits
        ]

    def predict(self, inputs, samples):
        return self(inputs, samples)


@pytest.fixture
def images(tmp_path):
    """Half black, half white; the second image is all of the first one's colours."""
    for index, cut in enumerate((4, 6)):
        pixels = np.zeros((8, 10, 3), np.uint8)
        pixels[:, cut:] = 200
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    paths = sorted(tmp_path.glob("*.png"))
    return ImageFiles(paths, tmp_path, PIPELINE)


def adapt(model, images, **options):
    model.eval()
    return adapt_statistics(model, images, StatisticsOptions(**options))


def test_information__by_hand(images):
    # logits of +-6 * 1: p = 1 / (1 + exp(-12)) of half of the pixels each, so both the
    # mean's entropy is that of a half (40 and 60 %, 60 and 40 %), and each pixel's is 0
    model = Threshold(mean=100.0, variance=100.0**2)
    p = 1 / (1 + np.exp(-12.0))
    entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p)) / np.log(2)
    assert information(model.eval(), images) == pytest.approx(1 - entropy, abs=1e-5)


def test_choose__takes_statistics_that_tell_more_apart(images):
    model = Threshold(mean=-900.0, variance=100.0**2)  # all is bright
    assert information(model.eval(), images) < 0.01
    done = adapt(model, images, choose=True)
    assert model.norm.running_mean[0] == pytest.approx(100.0, abs=1)
    assert len(done.moved) == 1
    assert done.kept == []


def test_choose__keeps_what_tells_more_apart(images):
    # with a variance this small predictions are surer than with the images' own
    model = Threshold(mean=100.0, variance=10.0)
    model.norm.num_batches_tracked.fill_(7)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    done = adapt(model, images, choose=True)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert done.moved == []
    assert done.kept == ["norm"]
    assert "it keeps the former" in done.warnings[-1]
    assert len(adapt(model, images).moved) == 1  # without the option it changes


def test_options__are_told_as_before_without_it():
    assert "choose" not in StatisticsOptions().told()
    assert StatisticsOptions(choose=True).told()["choose"] is True
    with pytest.raises(ValueError, match="choose must be True or False"):
        StatisticsOptions(choose="yes")
