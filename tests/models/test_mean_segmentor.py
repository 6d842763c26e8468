"""Several networks that predict as one."""

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.models.segmentors import SegTTAModel
from mmseg.structures import SegDataSample
from torch import nn
from torch.testing import assert_close

from mmseg_uda.models.segmentors import MeanSegmentor
from mmseg_uda.structures.predict_probs import predict_probs


class Fixed(nn.Module):
    """Predicts what it is told, into the samples that it is given, as mmseg does."""

    def __init__(self, logits):
        super().__init__()
        self.logits = nn.Parameter(logits)
        self.out_channels = len(logits)

    def test_step(self, data):
        for sample in data["data_samples"]:
            sample.seg_logits = PixelData(data=self.logits.data)
        return data["data_samples"]


def batch():
    return {"inputs": [torch.zeros(3, 1, 2)], "data_samples": [SegDataSample()]}


def test_mean__by_hand():
    # softmax over 2 classes of 2 pixels: p(0) = 0.9, 0.2 and 0.1, 0.4
    logits = [torch.tensor([[p], [1 - p]]).log() for p in (0.9, 0.1)]
    second = [torch.tensor([[p], [1 - p]]).log() for p in (0.2, 0.4)]
    members = [
        Fixed(torch.stack(pair, -1) + 3) for pair in zip(logits, second, strict=True)
    ]
    (sample,) = MeanSegmentor(members).test_step(batch())
    probs = sample.seg_logits.data.softmax(0)
    assert_close(probs, torch.tensor([[[0.5, 0.3]], [[0.5, 0.7]]]))
    assert sample.pred_sem_seg.data[0, 0, 1] == 1


def test_mean__of_the_probabilities_not_of_the_logits():
    torch.manual_seed(0)
    members = [Fixed(4 * torch.randn(5, 6, 7)) for _ in range(3)]
    expected = sum(m.logits.detach().double().softmax(0) for m in members) / 3
    data = {**batch(), "inputs": [torch.zeros(3, 6, 7)]}
    probs = predict_probs(MeanSegmentor(members), data)
    assert_close(probs.double(), expected, rtol=1e-5, atol=1e-7)
    of_logits = (sum(m.logits.detach() for m in members) / 3).softmax(0)
    assert (probs - of_logits).abs().max() > 0.05


def test_mean__keeps_probabilities_that_are_0():
    members = [Fixed(torch.tensor([[[0.0]], [[-200.0]]]))] * 2
    probs = predict_probs(
        MeanSegmentor(members), {**batch(), "inputs": [torch.ones(1)]}
    )
    assert probs.flatten().tolist() == [1.0, 0.0]


def test_mean__inside_mmsegs_test_time_augmentation():
    torch.manual_seed(1)
    members = [Fixed(4 * torch.randn(5, 6, 7)) for _ in range(2)]
    model = SegTTAModel(module=MeanSegmentor(members))
    data = {"inputs": [[torch.zeros(3, 6, 7)]] * 2}
    data["data_samples"] = [[SegDataSample(metainfo={"img_path": "a"})] for _ in "ab"]
    (sample,) = model.test_step(data)
    mean = sum(m.logits.detach().softmax(0) for m in members)
    assert torch.equal(sample.pred_sem_seg.data.squeeze(), mean.argmax(0))


def test_mean__refuses_other_classes_and_nobody():
    with pytest.raises(ValueError, match=r"\(2, 1, 1\) and \(3, 1, 1\)"):
        MeanSegmentor([Fixed(torch.ones(k, 1, 1)) for k in (2, 3)]).test_step(batch())
    with pytest.raises(ValueError, match="at least one"):
        MeanSegmentor([])


def test_of__copies_the_network_and_loads_the_others(tmp_path):
    model = Fixed(torch.zeros(2, 1, 1))
    for name, value in (("a", 1.0), ("b", 2.0)):
        torch.save({"logits": torch.full((2, 1, 1), value)}, tmp_path / f"{name}.pth")
    mean = MeanSegmentor.of(model, [tmp_path / "a.pth", tmp_path / "b.pth"])
    assert mean.members[0] is model
    assert [m.logits.flatten()[0].item() for m in mean.members] == [0.0, 1.0, 2.0]
    torch.save({"logits": torch.ones(3, 1, 1)}, tmp_path / "c.pth")
    with pytest.raises(ValueError, match="only in part"):
        MeanSegmentor.of(model, [tmp_path / "c.pth"])
