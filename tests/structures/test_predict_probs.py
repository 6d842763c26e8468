import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.config import ConfigDict
from mmengine.dataset import pseudo_collate
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from pseudo_label_toys import PIPELINE, ToyModel, write_images

from mmseg_uda.structures.predict_probs import predict_probs

TTA_PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(
        type="TestTimeAug",
        transforms=[
            [dict(type="RandomFlip", prob=0.0), dict(type="RandomFlip", prob=1.0)],
            [dict(type="PackSegInputs")],
        ],
    ),
]


def load(root, pipeline):
    path = write_images(root, 1) / "city0" / "img000.png"
    return pseudo_collate([Compose(pipeline)(dict(img_path=str(path)))])


def naive_softmax(logits):
    logits = logits.double().numpy()
    return np.exp(logits) / np.exp(logits).sum(0)


def test_predict_probs__is_softmax_of_the_logits(tmp_path):
    model, data = ToyModel().eval(), load(tmp_path, PIPELINE)
    expected = naive_softmax(model.logits(data["inputs"][0]))
    np.testing.assert_allclose(predict_probs(model, data).numpy(), expected, rtol=1e-5)


class Asymmetric(ToyModel):
    """Predicts another thing for a mirrored image: a gradient over the columns."""

    def logits(self, image):
        return super().logits(image) * torch.linspace(0.5, 2, image.shape[-1])


def test_predict_probs__tta_is_the_mean_of_softmaxes(tmp_path):
    model, data = Asymmetric().eval(), load(tmp_path, TTA_PIPELINE)
    plain, mirrored = data["inputs"][0][0], data["inputs"][1][0]
    expected = naive_softmax(model.logits(plain))
    expected = expected + naive_softmax(model.logits(mirrored).flip(-1))
    for wrapped in (model, SegTTAModel(model)):
        probs = predict_probs(wrapped, data)
        np.testing.assert_allclose(probs.numpy(), expected / 2, rtol=1e-5)


def test_predict_probs__tta_agrees_with_mmsegs_merged_prediction(tmp_path):
    tiny = ConfigDict(
        type="EncoderDecoder",
        data_preprocessor=dict(type="SegDataPreProcessor", mean=[127.5] * 3,
                               std=[60.0] * 3),
        backbone=dict(type="ResNet", depth=18, num_stages=1, strides=(1,),
                      dilations=(1,), out_indices=(0,), base_channels=4),
        decode_head=dict(type="FCNHead", in_channels=4, in_index=0, channels=4,
                         num_classes=5, num_convs=1),
        test_cfg=dict(mode="whole"),
    )  # fmt: skip
    torch.manual_seed(0)
    model = MODELS.build(tiny).eval()
    data = load(tmp_path, TTA_PIPELINE)
    probs = predict_probs(model, data)
    with torch.no_grad():
        (merged,) = SegTTAModel(model).test_step(load(tmp_path, TTA_PIPELINE))
    assert torch.equal(merged.pred_sem_seg.data[0], probs.argmax(0))
    assert len(probs.argmax(0).unique()) > 1
    assert probs.shape == (5, 12, 16)
    torch.testing.assert_close(probs.sum(0), torch.ones(12, 16))


@pytest.mark.parametrize(
    ("logits", "match"),
    [
        (torch.zeros(1, 12, 16), "1 channels"),
        (torch.zeros(3, 6, 8), r"predicts \(6, 8\).*of \(12, 16\)"),
        (torch.full((3, 12, 16), float("nan")), "NaN"),
    ],
)
def test_predict_probs__refuses(tmp_path, logits, match):
    model = ToyModel().eval()
    model.logits = lambda image: logits
    with pytest.raises(ValueError, match=match):
        predict_probs(model, load(tmp_path, PIPELINE))


def test_a_network_that_wants_other_sizes_is_told_how_to_pad():
    class Picky(torch.nn.Module):
        def test_step(self, data):
            raise AssertionError("sizes are to be divisible by 16.")

    data = {"inputs": [torch.zeros(3, 5, 7)]}
    with pytest.raises(ValueError, match=r"divisible by 16\. .*size_divisor=N"):
        predict_probs(Picky(), data)
