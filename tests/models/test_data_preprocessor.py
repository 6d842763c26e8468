import pytest
import torch
from mmengine.structures import PixelData
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

MEAN = (104.00698793, 116.66876762, 122.67891434)
CFG = dict(type="MultiDomainDataPreProcessor", mean=MEAN, std=(1, 1, 1))


def sample(domain, labels=None):
    data_sample = SegDataSample(metainfo=dict(img_path=f"{domain}.png"))
    if domain is not None:
        data_sample.set_metainfo(dict(domain=domain))
    if labels is not None:
        data_sample.gt_sem_seg = PixelData(data=labels)
    return data_sample


def batch(sizes, domains, labelled=("source",)):
    rng = torch.Generator().manual_seed(0)
    images = [
        torch.randint(0, 256, (3, *size), generator=rng, dtype=torch.uint8)
        for size in sizes
    ]
    samples = [
        sample(d, torch.full((1, *size), 4) if d in labelled else None)
        for d, size in zip(domains, sizes, strict=True)
    ]
    return dict(inputs=images, data_samples=samples)


def test_training__by_domain_with_own_sizes():
    data = batch(
        [(4, 6), (8, 6), (4, 6), (8, 6), (8, 6)],
        ["source", "target", "source", "target", "target"],
    )
    out = MODELS.build(CFG)(data, training=True)
    assert list(out["inputs"]) == ["source", "target"]
    assert out["inputs"]["source"].shape == (2, 3, 4, 6)
    assert out["inputs"]["target"].shape == (3, 3, 8, 6)
    # BGR stays BGR, in [0, 255] minus the mean.
    expected = data["inputs"][2].double() - torch.tensor(MEAN).double().view(3, 1, 1)
    assert torch.allclose(out["inputs"]["source"][1].double(), expected, atol=1e-4)
    assert [s.metainfo["domain"] for s in out["data_samples"]["target"]] == [
        "target"
    ] * 3
    assert out["data_samples"]["source"][0].gt_sem_seg.data.shape == (1, 4, 6)
    assert all("gt_sem_seg" not in s for s in out["data_samples"]["target"])


@pytest.mark.parametrize("training", [True, False])
def test_without_domains__as_mmseg(training):
    ours = MODELS.build(CFG)(batch([(4, 6)] * 2, [None] * 2), training)
    stock = SegDataPreProcessor(mean=MEAN, std=(1, 1, 1), size_divisor=1)
    theirs = stock(batch([(4, 6)] * 2, [None] * 2), training)
    assert torch.equal(ours["inputs"], theirs["inputs"])
    assert len(ours["data_samples"]) == 2


def test_evaluation__ignores_domains_and_needs_no_samples():
    processor = MODELS.build(CFG)
    out = processor(batch([(4, 6)], ["target"]), training=False)
    assert out["inputs"].shape == (1, 3, 4, 6)
    out = processor(dict(inputs=[torch.zeros(3, 4, 6)]), training=False)
    assert out["inputs"].shape == (1, 3, 4, 6)


def test_training__differing_sizes_are_named():
    data = batch([(4, 6), (4, 7)], ["source", "source"])
    with pytest.raises(ValueError, match=r"'source' differ .* \(4, 6\).*\(4, 7\)"):
        MODELS.build(CFG)(data, training=True)


def test_training__pads_when_asked_to():
    data = batch([(4, 6), (4, 7)], ["source", "source"])
    out = MODELS.build({**CFG, "size": (5, 8)})(data, training=True)
    assert out["inputs"]["source"].shape == (2, 3, 5, 8)
    labels = out["data_samples"]["source"][0].gt_sem_seg.data[0]
    assert (labels[:4, :6] == 4).all()
    assert (labels[4:] == 255).all()


def test_training__half_named_batch():
    data = batch([(4, 6), (4, 6)], ["source", None])
    with pytest.raises(ValueError, match="some samples of the batch name no domain"):
        MODELS.build(CFG)(data, training=True)
