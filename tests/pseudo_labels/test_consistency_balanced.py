"""Eq. 13 of the MLAN paper against a naive implementation, and CBST as its limit."""

import json
import math
from operator import ge, gt
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from helpers import NUM_CLASSES, tiny_segmentor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from PIL import Image
from pseudo_label_toys import PIPELINE, ToyModel, write_images
from test_class_balanced import K, fitted, images
from torch.testing import assert_close

from mmseg_uda.pseudo_labels import (
    ClassBalanced,
    ConsistencyBalanced,
    ImageFiles,
    generate_pseudo_labels,
)
from mmseg_uda.pseudo_labels.pseudo_label_writer import PseudoLabelWriter
from mmseg_uda.pseudo_labels.score_map import check_score_map, score_map
from mmseg_uda.structures.predict_probs import probs_of


def scored(seed, **options):
    """Images' probabilities, maps M > 0 of very different sizes, and their products."""
    rng = np.random.default_rng(seed)
    probs = list(images(seed, **options))
    maps = [
        torch.from_numpy(10 ** rng.uniform(-6, 1) * rng.random(p.shape[1:])).float()
        for p in probs
    ]
    return probs, [p * m for p, m in zip(probs, maps, strict=True)]


def naive_labels(probs, scores, portion, passes, sorted_by=None):
    """Eq. 13 pixel by pixel, with thresholds of the sorted scores of each class."""
    lists = [[] for _ in range(K)]
    for p, s in zip(probs, sorted_by or scores, strict=True):
        winners = p.argmax(0)
        for y, x in np.ndindex(*winners.shape):
            c = int(winners[y, x])
            lists[c].append(float(s[c, y, x]))
    thresholds = [
        sorted(values, reverse=True)[n - 1]
        if (n := math.floor(len(values) * portion))
        else math.inf
        for values in lists
    ]
    labels = []
    for p, s in zip(probs, scores, strict=True):
        out = torch.full(p.shape[1:], 255, dtype=torch.uint8)
        for y, x in np.ndindex(*out.shape):
            passing = [c for c in range(K) if passes(float(s[c, y, x]), thresholds[c])]
            if passing:
                out[y, x] = max(passing, key=lambda c: float(p[c, y, x]))
        labels.append(out)
    return labels


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("portion", [0.1, 0.4, 1.0])
@pytest.mark.parametrize(("keep_ties", "passes"), [(True, ge), (False, gt)])
def test_labels__are_those_of_the_equation(seed, portion, keep_ties, passes):
    probs, scores = scored(seed, empty=(2,))
    options = dict(keep_ties=keep_ties, sample_every=1)
    rule = fitted(ConsistencyBalanced(portion, map="m", **options), scores)
    naive = naive_labels(probs, scores, portion, passes)
    for s, expected in zip(scores, naive, strict=True):
        assert_close(rule.apply(s), expected)


@pytest.mark.parametrize("seed", range(3))
def test_labels__as_printed_with_thresholds_of_p_alone(seed):
    probs, scores = scored(seed, empty=(2,))
    options = dict(keep_ties=False, thresholds_on="p", sample_every=1)
    rule = ConsistencyBalanced(0.3, map="m", **options)
    assert rule.observes_probs
    fitted(rule, probs)
    naive = naive_labels(probs, scores, 0.3, gt, sorted_by=probs)
    for s, expected in zip(scores, naive, strict=True):
        assert_close(rule.apply(s), expected)
    # of a map as small as M_multi is, nothing is left: log(100) / 100 * (1 + log 2)
    assert all((rule.apply(p * 0.078) == 255).all() for p in probs)


def test_ties__a_class_of_probability_1_keeps_its_labels():
    sure = torch.zeros(K, 4, 4)
    sure[0] = 1.0
    assert (fitted(ConsistencyBalanced(), [sure]).apply(sure) == 0).all()
    printed = fitted(ConsistencyBalanced(keep_ties=False), [sure])
    assert (printed.apply(sure) == 255).all()


@pytest.mark.parametrize("argmax_on", ["p", "ratio"])
def test_map__where_it_is_0_there_is_no_label(argmax_on):
    probs, scores = scored(3)
    dead = [torch.rand(p.shape[1:]) < 0.9 for p in probs]
    zeroed = [s.masked_fill(d, 0) for s, d in zip(scores, dead, strict=True)]
    rule = fitted(
        ConsistencyBalanced(0.5, map="m", argmax_on=argmax_on, sample_every=1), zeroed
    )
    assert min(rule.thresholds().values()) > 0
    labels = [rule.apply(score) for score in zeroed]
    for label, d in zip(labels, dead, strict=True):
        assert (label[d] == 255).all()
    assert any((label != 255).any() for label in labels)


@pytest.mark.parametrize("seed", range(3))
def test_labels__a_constant_factor_of_the_map_changes_nothing(seed):
    _, scores = scored(seed)
    small = [s * 2.0**-10 for s in scores]
    one = fitted(ConsistencyBalanced(0.3, map="m"), scores)
    other = fitted(ConsistencyBalanced(0.3, map="m"), small)
    for s, t in zip(scores, small, strict=True):
        assert_close(one.apply(s), other.apply(t))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_ratio__without_a_map_is_cbst(ties, seed):
    data = list(images(seed, ties, empty=(2,)))
    ours = fitted(ConsistencyBalanced(0.2, argmax_on="ratio"), data)
    cbst = fitted(ClassBalanced(0.2), data)
    assert ours.thresholds() == cbst.thresholds()
    for probs in data:
        assert_close(ours.apply(probs), cbst.apply(probs))


def test_p__differs_from_cbst_where_several_classes_pass():
    rule = ConsistencyBalanced()
    rule.load_state_dict({"thresholds": [0.4, 0.1, 1.0]})
    probs = torch.tensor([0.6, 0.35, 0.05])[:, None, None]
    cbst = ConsistencyBalanced(argmax_on="ratio")
    cbst.load_state_dict(rule.state_dict())
    assert (rule.apply(probs).item(), cbst.apply(probs).item()) == (0, 1)
    on_it = torch.tensor([0.4, 0.05, 0.55])[:, None, None]
    assert (rule.apply(on_it).item(), cbst.apply(on_it).item()) == (0, 0)
    rule.keep_ties = cbst.keep_ties = False
    assert (rule.apply(on_it).item(), cbst.apply(on_it).item()) == (255, 0)


def test_state__is_strict_json():
    rule = fitted(ConsistencyBalanced(map="m"), scored(0, empty=(2,))[1])
    text = json.dumps(rule.state_dict(), allow_nan=False)
    again = ConsistencyBalanced(map="m")
    again.load_state_dict(json.loads(text))
    assert again.thresholds() == rule.thresholds()
    alone = torch.zeros(K, 1, 1)
    alone[2] = 1e9  # of a class that was predicted nowhere
    assert again.apply(alone).item() == 255
    assert fitted(ConsistencyBalanced(), images(0, empty=(2,))).thresholds()["2"] == 1


@pytest.mark.parametrize(
    "options",
    [
        dict(norm="max"),
        dict(argmax_on="score"),
        dict(thresholds_on="m"),
        dict(portion=0.0),
    ],
)
def test_options__out_of_range(options):
    with pytest.raises(ValueError, match=r"unknown|portion"):
        ConsistencyBalanced(**options)


def model_with_map(part=None, heads=None, objectives=None, **options):
    torch.manual_seed(0)
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux=False),
            heads=heads,
            maps=dict(unsure=part or options),
            objectives=dict(source=dict(type="Supervised"), **(objectives or {})),
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
        )
    ).eval()


def image(size=(24, 32), shown=(48, 64)):
    sample = SegDataSample(metainfo=dict(ori_shape=shown, img_shape=size))
    pixels = torch.randint(0, 256, (3, *size), generator=torch.manual_seed(1))
    return {"inputs": [pixels.to(torch.uint8)], "data_samples": [sample]}


def enlarged(value, size):
    """Bilinear with pixels as areas, (N, h, w) -> (N, H, W), by its definition."""
    for axis, length in zip((1, 2), size, strict=True):
        count = value.shape[axis]
        at = (torch.arange(length).double() + 0.5) * count / length - 0.5
        at = at.clamp(0, count - 1)
        low = at.floor().long()
        high = (low + 1).clamp(max=count - 1)
        shape = [1, 1, 1]
        shape[axis] = length
        part = (at - low).reshape(shape)
        value = value.index_select(axis, low) * (1 - part) + (
            value.index_select(axis, high) * part
        )
    return value


def test_score_map__is_the_map_at_the_image_s_size():
    model = model_with_map(type="EntropyMap")
    value = score_map(model, image(shown=(48, 80)), "unsure")
    assert value.shape == (48, 80)
    images = model.data_preprocessor(image(), False)["inputs"]
    with torch.no_grad():
        logits = model.decode_head(model.extract_feat(images)).double()
    logits = torch.nn.functional.interpolate(
        logits, (24, 32), mode="bilinear", align_corners=True
    )
    p = logits.softmax(1)
    entropy = -(p * p.log()).sum(1) / math.log(NUM_CLASSES)
    expected = enlarged(entropy, (48, 80))[0]
    assert_close(value.double(), expected, rtol=1e-4, atol=1e-5)
    normed = score_map(model, image(shown=(48, 80)), "unsure", "mean")
    assert_close(normed.double(), expected / expected.mean(), rtol=1e-4, atol=1e-5)


def test_score_map__of_a_padded_image_lies_where_its_prediction_does():
    """The preprocessor pads to 64 pixels; the entropy is that of the prediction."""
    model = model_with_map(type="EntropyMap")
    model.data_preprocessor.test_cfg = dict(size_divisor=64)
    data = image((40, 72), (40, 72))
    padded = model.data_preprocessor(image((40, 72), (40, 72)), False)["inputs"]
    assert padded.shape[2:] == (64, 128)
    p = probs_of(model.test_step(data)[0]).double()
    expected = -(p * p.log()).sum(0) / math.log(NUM_CLASSES)
    value = score_map(model, image((40, 72), (40, 72)), "unsure")
    assert_close(value.double(), expected, rtol=1e-4, atol=1e-5)
    # also a map on a coarse grid of the padded image: here of patches of 32x32 pixels
    part = dict(type="RegionConsistencyMap", head="c")
    head = dict(type="DilatedRegionHead", in_channels=32, num_regions=6)
    head.update(patch_size=(32, 32), dilations=(1, 2))
    told = dict(type="RegionClassification", head="c", labels="c", sees="feature")
    model = model_with_map(part, dict(c=head), dict(told=told))
    model.data_preprocessor.test_cfg = dict(size_divisor=64)
    padded = model.data_preprocessor(image((40, 72), (40, 72)), False)["inputs"]
    with torch.no_grad():
        p = model.heads.c(model.extract_feat(padded)[-1], (64, 128)).softmax(1)
    p = p.double()
    whole = enlarged(-(p * p.log()).sum(1) / 6, (64, 128))
    value = score_map(model, image((40, 72), (80, 144)), "unsure")
    expected = enlarged(whole[:, :40, :72], (80, 144))[0]
    assert_close(value.double(), expected, rtol=1e-4, atol=1e-6)


def test_score_map__noise_is_drawn_by_the_seed_alone():
    model = model_with_map(type="LipschitzMap")
    one, other = (score_map(model, image(), "unsure", seed=s) for s in (3, 4))
    assert not torch.equal(one, other)
    data = image()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert torch.equal(score_map(model, data, "unsure", seed=3), one)
    assert torch.equal(torch.get_rng_state(), before)


def test_score_map__lambda_r_is_0_as_all_schedules_are_over():
    """M_region of Eq. 7 without R, and the head's ascent makes no difference."""
    kinds, patch = 6, (8, 8)
    part = dict(
        type="RegionConsistencyMap",
        head="c",
        head_ascends=True,
        decay=dict(end_iters=250_000, power=0.9),
    )
    head = dict(type="DilatedRegionHead", in_channels=32, num_regions=kinds)
    told = dict(type="RegionClassification", head="c", labels="c", sees="feature")
    model = model_with_map(
        part, dict(c=dict(head, patch_size=patch, dilations=(1, 2))), dict(told=told)
    )
    images = model.data_preprocessor(image(), False)["inputs"]
    with torch.no_grad():
        p = model.heads.c(model.extract_feat(images)[-1], (24, 32)).double().softmax(1)
    expected = enlarged(-(p * p.log()).sum(1) / kinds, (48, 64))[0]
    ours = score_map(model, image(), "unsure")
    assert_close(ours.double(), expected, rtol=1e-5, atol=1e-7)


def test_score_map__must_not_be_negative():
    model = model_with_map(type="ConfidenceMap", kind="entropy")
    with pytest.raises(ValueError, match=r"'unsure' is -\S+ somewhere; .* negative"):
        score_map(model, image(), "unsure")


def test_check_score_map__says_what_there_is():
    model = model_with_map(type="EntropyMap")
    check_score_map(model, "unsure")
    with pytest.raises(ValueError, match=r"by map 'multi'; .* has the maps: unsure"):
        check_score_map(model, "multi")
    with pytest.raises(ValueError, match="has the maps: none"):
        check_score_map(model.segmentor, "multi")
    with pytest.raises(ValueError, match="do not go together"):
        check_score_map(model, "unsure", tta=True)


@pytest.mark.parametrize(
    ("styled", "on", "domain"),
    [
        (None, "source", "source"),
        (dict(domain="source", style="target"), "styled", "source"),
        (dict(domain="target", style="night"), "styled", "night"),
    ],
)
def test_check_score_map__refuses_maps_of_other_images(styled, on, domain):
    own = {name: dict(type="DomainView") for name in ("source", "target")}
    own["styled"] = styled and dict(styled, type="FourierTransfer")
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux=False),
            views=own,
            maps=dict(
                one=dict(type="EntropyMap", on=on),
                two=dict(type="EntropyMap", on="target"),
                both=dict(type="CombinedMap", maps=["two", "one"], how="product"),
            ),
            objectives=dict(source=dict(type="Supervised")),
        )
    )
    check_score_map(model, "two")
    for name in ("one", "both"):
        said = rf"map '{name}', which looks at view '{on}' .*domain '{domain}'"
        with pytest.raises(ValueError, match=said):
            check_score_map(model, name)


def test_generate__with_noise_is_the_same_after_an_interruption(tmp_path, monkeypatch):
    """The second pass, too, must see the scores that the thresholds are of."""
    files = ImageFiles.from_folder(write_images(tmp_path / "images"), PIPELINE)
    checkpoint = tmp_path / "model.pth"
    torch.save({}, checkpoint)
    model = model_with_map(type="LipschitzMap")

    def labels(folder):
        rule = ConsistencyBalanced(1.0, map="unsure", sample_every=1)
        generate_pseudo_labels(model, files, folder, rule, checkpoint)
        paths = sorted((folder / "labels").rglob("*.png"))
        return [np.array(Image.open(path)) for path in paths]

    whole = labels(tmp_path / "whole")
    # a share of 1 keeps every pixel that has a score, if scores are those of before
    assert all((label != 255).all() for label in whole)
    write, left = PseudoLabelWriter.write, [3]

    def dies(*args):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        write(*args)

    monkeypatch.setattr(PseudoLabelWriter, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        labels(tmp_path / "cut")
    monkeypatch.setattr(PseudoLabelWriter, "write", write)
    resumed = labels(tmp_path / "cut")
    assert all(map(np.array_equal, resumed, whole))


class ModelWithMap(ToyModel):
    """Its map M is the darkness of every second pixel, down and across."""

    maps = ("gap",)

    def data_preprocessor(self, data, training):
        assert not training
        return data

    def step(self, inputs, samples, iteration):
        darkness = 1.02 - inputs["target"][0].float().mean(0)[None, ::2, ::2] / 255
        return SimpleNamespace(map=lambda name, seg_head: darkness)


def naive_parts(path):
    """Probabilities and map of the model in float64, from the file."""
    bgr = np.array(Image.open(path))[..., ::-1].astype(np.float64)
    logits = np.einsum("kc,hwc->khw", ToyModel().mix.double().numpy(), bgr)
    e = np.exp(logits - logits.max(0))
    coarse = torch.from_numpy(1.02 - bgr.mean(-1)[None, ::2, ::2] / 255)
    return e / e.sum(0), enlarged(coarse, bgr.shape[:2])[0].numpy()


@pytest.mark.parametrize("thresholds_on", ["score", "p"])
def test_generate__labels_files_by_eq_13(tmp_path, thresholds_on):
    files = ImageFiles.from_folder(write_images(tmp_path / "images"), PIPELINE)
    checkpoint = tmp_path / "model.pth"
    torch.save({}, checkpoint)
    options = dict(thresholds_on=thresholds_on, sample_every=1)
    rule = ConsistencyBalanced(0.3, map="gap", **options)
    out = tmp_path / "out"
    generate_pseudo_labels(ModelWithMap(), files, out, rule, checkpoint)
    parts = [naive_parts(path) for path in files.paths]
    scores = [p * m for p, m in parts]
    sorted_by = scores if thresholds_on == "score" else [p for p, _ in parts]
    thresholds = []
    for c in range(4):
        of_class = [
            s[c][p.argmax(0) == c] for (p, _), s in zip(parts, sorted_by, strict=True)
        ]
        of_class = np.sort(np.concatenate(of_class))[::-1]
        last = math.floor(len(of_class) * 0.3) - 1
        thresholds.append(of_class[last] if last >= 0 else math.inf)
    plain = ConsistencyBalanced(0.3, sample_every=1)
    generate_pseudo_labels(ModelWithMap(), files, tmp_path / "plain", plain, checkpoint)
    differ = 0
    for name, (p, _), s in zip(files.names, parts, scores, strict=True):
        passing = s > np.array(thresholds)[:, None, None] * (1 - 1e-6)
        expected = np.where(passing.any(0), np.where(passing, p, -1).argmax(0), 255)
        label, without_map = (
            np.array(Image.open(folder / "labels" / name))
            for folder in (out, tmp_path / "plain")
        )
        assert np.array_equal(label, expected)
        differ += (label != without_map).sum()
        confidence = np.array(Image.open(out / "confidence" / name))
        assert np.abs(confidence - 255 * p.max(0)).max() <= 0.51  # p, not p M
    assert differ > 0
