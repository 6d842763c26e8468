"""L_lip as a score, against the paper's equation in float64."""

import copy
import math
import zlib

import pytest
import torch
import torch.nn.functional as F
from looked_at import SEEN, build_network, evaluated, images, joined
from mmseg.registry import METRICS

from mmseg_uda.models.maps import FeatureNoise

NAME = "label_free/smoothness"
NOISE = dict(kind="gaussian_clip", eps=2.0)


@torch.no_grad()
def reference(network, data, seed=0):
    """LCDA, Eq. 3, summed pixel by pixel: KL of the clean from the noisy prediction."""
    segmentor = network.segmentor
    inputs = network.data_preprocessor(copy.deepcopy(data), False)["inputs"]
    feats = segmentor.extract_feat(inputs)
    name = data["data_samples"][0].img_path.rpartition("/")[2]
    torch.manual_seed(seed + zlib.crc32(name.encode()))
    (noise,) = FeatureNoise(**NOISE)([feats[1]])  # all that the decode head reads
    clean, noisy = (
        F.interpolate(
            segmentor.decode_head([feats[0], read]),
            SEEN,
            mode="bilinear",
            align_corners=segmentor.align_corners,
        )[0]
        .double()
        .softmax(0)
        for read in (feats[1], feats[1] + noise)
    )
    total = 0.0
    for p, q in zip(*(of.flatten(1).T.tolist() for of in (clean, noisy)), strict=True):
        total += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    return total / clean[0].numel()


def test_metric__is_the_mean_of_the_map_turned():
    network, batches = build_network(), images()
    mean = sum(reference(network, data) for data in batches) / 2
    found = evaluated(network, batches, type="SmoothnessMetric", noise=NOISE)
    assert found == {NAME: pytest.approx(100 * math.exp(-mean), abs=0.006)}
    assert mean > 1e-3


def test_metric__without_noise_is_perfect():
    found = evaluated(
        build_network(), images(), type="SmoothnessMetric", noise=dict(eps=0.0)
    )
    assert found[NAME] == 100


def test_metric__more_noise_is_worse():
    scores = [
        evaluated(build_network(), images(), type="SmoothnessMetric", noise=noise)[NAME]
        for noise in (dict(NOISE, eps=eps) for eps in (0.5, 2.0, 8.0))
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_metric__noise_belongs_to_image_and_seed():
    network, batches = build_network(), images(3)
    options = dict(type="SmoothnessMetric", noise=NOISE)
    found = evaluated(network, batches, **options)
    torch.rand(7)
    assert evaluated(network, batches[::-1], **options) == found
    assert evaluated(network, [joined(batches)], **options) == pytest.approx(found)
    assert evaluated(network, batches, seed=1, **options) != found


def test_metric__of_the_other_head():
    network = build_network()
    aux = evaluated(network, images(), type="SmoothnessMetric", seg_head="aux")
    assert aux != evaluated(network, images(), type="SmoothnessMetric")


def test_metric__leaves_random_numbers_and_modes_alone():
    network = build_network().train()
    built = METRICS.build(dict(type="SmoothnessMetric"))
    built.look_at(network)
    torch.manual_seed(5)
    built.process(images(1)[0], [{}])
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    assert all(module.training for module in network.modules())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(noise=dict(eps="auto")), "one bound of the noise.*set eps"),
        (dict(noise=dict(kind="gaus")), "noise kind"),
        (dict(num_samples=0), "num_samples"),
        (dict(divergence="js"), "divergence"),
    ],
)
def test_metric__refuses_options(options, said):
    with pytest.raises(ValueError, match=said):
        METRICS.build(dict(type="SmoothnessMetric", **options))


def test_metric__refuses_a_head_that_is_not_there():
    built = METRICS.build(dict(type="SmoothnessMetric", seg_head="aux"))
    with pytest.raises(ValueError, match=r"seg_head of SmoothnessMetric.*'aux'"):
        built.look_at(build_network(aux=False))


def test_metric__refuses_a_network_that_diverged():
    network = build_network()
    network.segmentor.decode_head.conv2d_list[0].weight.data.fill_(math.nan)
    built = METRICS.build(dict(type="SmoothnessMetric"))
    built.look_at(network)
    with pytest.raises(ValueError, match="not finite"):
        built.process(images(1)[0], [{}])
