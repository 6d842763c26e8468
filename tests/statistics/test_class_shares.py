"""Statistics that are kept where predictions are nearer to expected class shares."""

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
from mmseg_uda.statistics.predicted_shares import distance_of_shares, predicted_shares

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


def test_predicted_shares__by_hand(images):
    # logits of +-6 * 1: p = 1 / (1 + exp(-12)) of 60 % of the first image's pixels and
    # of 40 % of the second's, and 1 - p of the others
    model = Threshold(mean=100.0, variance=100.0**2)
    shares = predicted_shares(model.eval(), images)
    assert shares.tolist() == pytest.approx([0.5, 0.5], abs=1e-5)
    shares = predicted_shares(
        model, ImageFiles(images.paths[:1], images.root, PIPELINE)
    )
    p = 1 / (1 + np.exp(-12.0))
    bright = 0.6 * p + 0.4 * (1 - p)
    assert shares.tolist() == pytest.approx([1 - bright, bright], abs=1e-5)


def test_distance_of_shares__every_class_alike():
    shares = torch.tensor([0.7, 0.01, 0.0, 0.29], dtype=torch.float64)
    usual = (0.7, 0.04, 0.3, 0.0)  # the last one is expected nowhere: it does not count
    by_hand = (0 + np.log(0.041 / 0.011) + np.log(0.301 / 0.001)) / 3
    assert distance_of_shares(shares, usual) == pytest.approx(by_hand, rel=1e-9)
    assert distance_of_shares(shares, shares.tolist()) == 0


def test_class_shares__takes_statistics_that_come_nearer(images):
    model = Threshold(mean=-900.0, variance=100.0**2)  # all is bright
    done = adapt(model, images, class_shares=(0.6, 0.4))
    assert model.norm.running_mean[0] == pytest.approx(100.0, abs=1)
    assert len(done.moved) == 1
    assert done.kept == []


def test_class_shares__keeps_what_is_nearer(images):
    # nearly all is dark, which is expected, and half is with the images' own
    model = Threshold(mean=190.0, variance=100.0**2)
    model.norm.num_batches_tracked.fill_(7)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    done = adapt(model, images, class_shares=(0.7, 0.3))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert done.moved == []
    assert done.kept == ["norm"]
    assert "it keeps the former" in done.warnings[-1]
    # that two images are few is no reason to mix in what was compared with
    assert not [text for text in done.warnings if "blend" in text]
    assert len(adapt(model, images).moved) == 1  # without the option it changes


def test_class_shares__of_other_classes(images):
    model = Threshold(mean=100.0, variance=100.0**2)
    with pytest.raises(ValueError, match=r"has 3 numbers, but .* predicts 2 classes"):
        adapt(model, images, class_shares=(0.5, 0.2, 0.3))


@pytest.mark.parametrize("wrong", ["yes", (1.0,), (0.5, 0.1), (1.5, -0.5), [0.5, "a"]])
def test_class_shares__no_shares(wrong):
    with pytest.raises(ValueError, match="class_shares must be one number in"):
        StatisticsOptions(class_shares=wrong)


def test_options__are_told_as_before_without_it():
    assert "class_shares" not in StatisticsOptions().told()
    told = StatisticsOptions(class_shares=(0.5, 0.5)).told()
    assert told["class_shares"] == (0.5, 0.5)
