"""What scores cost is counted, and counting leaves no trace."""

import pytest
import torch
from labelled_images import build_model, images
from mmengine.config import ConfigDict

from mmseg_uda.map_quality.passes import counted_passes
from mmseg_uda.map_quality.rank_images import rank_images
from mmseg_uda.map_quality.score_set import score_set
from mmseg_uda.models.maps import FeatureNoise

NOISES = [
    dict(kind="gaussian_clip", eps=1.0, num_samples=1),
    dict(kind="sign", eps=1.0, num_samples=3),
]
FREE = dict(backbone=0, head=0, backward=0)


def test_passes__of_every_score():
    maps = dict(entropy=dict(type="EntropyMap"))
    model = build_model(maps)
    ranked = rank_images(model, images(1), score_set(model, NOISES))
    found = {name: score["passes"] for name, score in ranked.items()}
    lipschitz = (
        "L_lip gaussian_clip eps=1.0 num_samples=1",
        "L_lip sign eps=1.0 num_samples=3",
    )
    for name, heads in zip(lipschitz, (1, 3), strict=True):
        assert found.pop(name) == dict(FREE, head=heads)
        # the confidence is there already
        assert found.pop(f"{name} x confidence") == dict(FREE, head=heads)
    assert {*found} > {"1 - confidence", "entropy (config)", "head divergence"}
    assert all(passes == FREE for passes in found.values())


def test_passes__of_the_worst_direction_are_also_differentiated():
    noise = dict(kind="worst_direction", eps=0.1, unit="location")
    model = build_model()
    ranked = rank_images(model, images(1), score_set(model, [noise]))
    passes = ranked["L_lip worst_direction eps=0.1 unit=location"]["passes"]
    assert passes["backbone"] == 0
    assert passes["backward"] >= 1
    # the search, and the pass in the direction that it finds
    assert passes["head"] >= 2


def test_passes__count_images_heads_and_gradients():
    model = build_model().segmentor
    x = torch.randn(2, 3, 24, 32)
    with counted_passes(model) as passes:
        feats = model.extract_feat(x)
        with torch.no_grad():
            model.decode_head(feats)
        # a batch of draws is as many passes as draws; heads may call forward themselves
        noise = FeatureNoise(eps=1.0)(feats)
        model.decode_head.predict(
            [feat + r for feat, r in zip(feats, noise, strict=True)],
            [dict(img_shape=(24, 32))] * 2,
            {},
        ).sum().backward()
        model.auxiliary_head([torch.cat([feat] * 3) for feat in feats])
    assert passes.as_dict() == dict(backbone=2, head=2 + 2 + 6, backward=2)


def test_passes__of_a_cascade_are_those_of_its_last_stage():
    head = dict(in_channels=32, channels=8, num_classes=5, in_index=1)
    stages = [
        dict(head, type="FCNHead", num_convs=1),
        dict(head, type="OCRHead", ocr_channels=4),
    ]
    model = build_model(
        aux=False,
        type="CascadeEncoderDecoder",
        num_stages=2,
        test_cfg=ConfigDict(mode="whole"),
        decode_head=stages,
        objectives=dict(
            first=dict(type="Supervised", loss_weight=dict(decode_0=0.4)),
        ),
    )
    ranked = rank_images(model, images(1), score_set(model, NOISES[:1]))
    name = "L_lip gaussian_clip eps=1.0 num_samples=1"
    assert ranked[name]["passes"] == dict(FREE, head=1)


def test_passes__leave_no_trace_even_after_an_error():
    model = build_model().segmentor
    with pytest.raises(ZeroDivisionError), counted_passes(model):
        1 / 0  # noqa: B018
    for module in model.modules():
        assert "forward" not in vars(module)
