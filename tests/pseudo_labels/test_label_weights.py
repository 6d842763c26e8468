"""What a training will weight pseudo-labels with, as their report tells."""

import json
from pathlib import Path

import mmcv
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.models.objectives import PixelWeight
from mmseg_uda.pseudo_labels import (
    LabelWeights,
    measure_weights,
    run_pseudo_label_stage,
)

METHODS = Path(__file__).parents[2] / "configs" / "_base_" / "methods"
ENTROPY = dict(m=dict(type="EntropyMap", on="target"))
NOISY = dict(m=dict(type="LipschitzMap", on="target", noise=dict(eps=2.0)))
RULE = dict(type="ClassBalanced", portion=0.5)


def weights_of(maps=ENTROPY, seg_heads=("decode",), **options):
    weight = PixelWeight("m", link="exp_neg", **options)
    return LabelWeights(None, maps, {"pseudo": (weight, seg_heads)})


def run(folder, out="out", **options):
    cfg = Config.fromfile(folder / "tiny.py")
    options = dict(rule=RULE, device="cpu") | options
    return run_pseudo_label_stage(cfg, folder / "tiny.pth", folder / out, **options)


def naive_weights(folder, out):
    """exp(-entropy / log K) of every labelled pixel, by its label."""
    model = MODELS.build(Config.fromfile(folder / "tiny.py").model).eval()
    model.load_state_dict(torch.load(folder / "tiny.pth", weights_only=True))
    found = {}
    for path in sorted((folder / "images").rglob("*.png")):
        image = Image.open(path)
        # BGR, as the config's preprocessor leaves files
        small = mmcv.imresize(np.asarray(image)[..., ::-1], (20, 16))
        inputs = torch.from_numpy(small).permute(2, 0, 1)[None].float()
        with torch.no_grad():
            logits = model.decode_head(model.extract_feat(inputs))
        probs = F.interpolate(logits, (16, 20), mode="bilinear").double().softmax(1)
        entropy = -(probs * probs.log()).sum(1) / np.log(probs.shape[1])
        size = (image.height, image.width)
        weight = F.interpolate(
            (-entropy).exp()[None], size, mode="bilinear", antialias=True
        )[0, 0]
        name = path.relative_to(folder / "images")
        labels = np.asarray(Image.open(folder / out / "labels" / name))
        for label, w in zip(labels.flat, weight.flatten().tolist(), strict=True):
            found.setdefault(int(label), []).append(w)
    return found


def test_report__mean_weight_by_label(setting):
    report = run(setting, weights=weights_of(seg_heads=("decode", "aux")))
    measured = report["weights"]
    assert measured["num_images"] == 3
    assert "no segmentation head 'aux'" in measured["not_measured"]["pseudo"]["aux"]
    decode = measured["by_objective"]["pseudo"]["decode"]
    assert decode["weight"] == "stop_grad[exp(-m_decode)]"
    naive = naive_weights(setting, "out")
    dropped = naive.pop(255)
    assert dropped  # the rule must leave some out, or the test tells less
    every = [w for values in naive.values() for w in values]
    assert decode["pixels"] == len(every)
    assert decode["mean"] == pytest.approx(np.mean(every), rel=1e-5)
    below = np.mean(np.array(every) < 0.5)
    assert decode["below_half_share"] == pytest.approx(below, abs=2 / len(every))
    for name, index in zip(report["classes"], range(19), strict=True):
        if index in naive:
            got = decode["per_class"][name]["mean"]
            assert got == pytest.approx(np.mean(naive[index]), rel=1e-5)
        else:
            assert name not in decode["per_class"]


def test_report__is_of_some_images_and_survives_a_kill(setting, monkeypatch):
    monkeypatch.setattr(measure_weights, "MOST_IMAGES", 2)
    whole = run(setting, weights=weights_of(NOISY))
    sums, seen = LabelWeights.sums, []

    def killed(self, model, data, labels, keys, seed):
        seen.append(seed)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return sums(self, model, data, labels, keys, seed)

    monkeypatch.setattr(LabelWeights, "sums", killed)
    with pytest.raises(KeyboardInterrupt):
        run(setting, "again", weights=weights_of(NOISY))
    assert not (setting / "again" / "pseudo_labels.json").exists()
    again = run(setting, "again", weights=weights_of(NOISY))
    assert seen == [0, 2, 2]  # the first and the last of three images
    assert again == whole
    assert not (setting / "again" / "weights").exists()
    assert again["weights"]["num_images"] == 2
    by_head = again["weights"]["by_objective"]["pseudo"]["decode"]
    assert 0 < by_head["mean"] < 1


def test_report__labels_stay_and_weights_are_kept_or_measured_anew(setting):
    plain = run(setting)
    assert "weights" not in plain
    entropy = run(setting, weights=weights_of())
    assert {k: v for k, v in entropy.items() if k != "weights"} == plain
    assert run(setting) == entropy  # nobody asks: what is known stays
    noisy = run(setting, weights=weights_of(NOISY))
    assert noisy["weights"]["sha256"] != entropy["weights"]["sha256"]
    assert json.loads((setting / "out" / "pseudo_labels.json").read_text()) == noisy


def test_report__with_augmentation_the_weight_is_of_the_image_as_it_is(setting):
    weights = run(setting, weights=weights_of(NOISY), tta=True)["weights"]
    assert weights["by_objective"]["pseudo"]["decode"]["pixels"]


def test_of_training__weights_of_labels_of_the_target():
    lcrf = LabelWeights.of_training(Config.fromfile(METHODS / "lcrf.py").model)
    assert list(lcrf.weights) == [("pseudo", "decode"), ("pseudo", "aux")]
    about = lcrf.about(("pseudo", "aux"))
    assert about["weight"] == "exp(-lipschitz_aux)"
    assert about["to_enlarge"] == "noise.eps (now 3 rms) of map 'lipschitz'"
    rplue = LabelWeights.of_training(Config.fromfile(METHODS / "rplue.py").model)
    assert rplue.about(("pseudo", "decode"))["to_enlarge"] == ""
    for method in ("pseudo", "regularized_rl_al", "lcda"):
        cfg = Config.fromfile(METHODS / f"{method}.py")
        assert LabelWeights.of_training(cfg.model) is None


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        (dict(m=dict(type="HeadDivergenceMap")), "no segmentation head 'aux'"),
        (dict(m=dict(type="ImageConsistencyMap", head="c")), "made with head 'c'"),
        (dict(m=dict(type="LipschitzMap", noise=dict(eps="auto"))), "when the train"),
        (dict(m=dict(type="EntropyMap", on="source")), "images of domain 'source'"),
    ],
)
def test_not_measured__says_why(setting, maps, said):
    weights = run(setting, weights=weights_of(maps))["weights"]
    assert said in weights["not_measured"]["pseudo"]["decode"]
    assert (weights["num_images"], weights["by_objective"]) == (0, {})


def test_of_map__of_the_config():
    model = Config.fromfile(METHODS / "lcrf.py").model
    for head, count in ((None, 1), (dict(type="FCNHead"), 2)):
        model.segmentor = dict(auxiliary_head=head)
        keys = [("lipschitz", "decode"), ("lipschitz", "aux")][:count]
        assert list(LabelWeights.of_map(model, "lipschitz").weights) == keys
    with pytest.raises(ValueError, match=r"no map 'lipshitz'; .* lipschitz\..*mean"):
        LabelWeights.of_map(model, "lipshitz")
