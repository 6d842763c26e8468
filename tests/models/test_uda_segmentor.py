"""The wrapper: names are checked, work is done once, weights go both ways."""

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmengine.runner.checkpoint import get_state_dict, load_state_dict
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.structures import View
from mmseg_uda.utils.finite import NonFiniteLossError

SOURCE = dict(type="Supervised", loss_weight=dict(decode=1.0, aux=0.5))
LIPSCHITZ = dict(type="MinimizeMap", map="lipschitz", loss_weight=dict(decode=1.0))
HEADS = dict(d_decode=dict(type="PixelDiscriminator", in_channels=5, channels=(4, 4)))


def build(**overrides):
    cfg = dict(
        type="UDASegmentor",
        segmentor=tiny_segmentor(),
        objectives=dict(source=SOURCE, lipschitz=LIPSCHITZ),
        maps=dict(lipschitz=dict(type="LipschitzMap")),
    )
    return MODELS.build({**cfg, **overrides})


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            dict(objectives=dict(source=SOURCE, lip=dict(LIPSCHITZ, map="lipshitz"))),
            "objective 'lip' uses map 'lipshitz'; .*Did you mean 'lipschitz'?",
        ),
        (
            dict(objectives=dict(source=dict(SOURCE, on="sorce"))),
            "view 'sorce'.*Did you mean 'source'",
        ),
        (
            dict(maps=dict(lipschitz=dict(type="LipschitzMap", on="targt"))),
            "map 'lipschitz' uses view 'targt'",
        ),
        (
            dict(
                objectives=dict(
                    source=SOURCE,
                    adv=dict(type="Adversarial", discriminators=dict(decode="d_decod")),
                ),
                heads=HEADS,
            ),
            "head 'd_decod'.*Did you mean 'd_decode'",
        ),
        (
            dict(objectives=dict(source=dict(SOURCE, loss_weight=dict(auxx=1.0)))),
            "segmentation head 'auxx'",
        ),
        (dict(segmentor=tiny_segmentor(aux=False)), "segmentation head 'aux'"),
        (
            dict(
                segmentor=tiny_segmentor(aux_weight=0),
                maps=dict(lipschitz=dict(type="HeadDivergenceMap")),
            ),
            "aux_weight is 0.*Set aux_weight .*, or reference='other'",
        ),
        (dict(heads=HEADS), "heads 'd_decode': used by no objective"),
        (
            dict(objectives=dict(source=dict(SOURCE, loss_weight=1.0))),
            "segmentation heads 'aux': used by no objective",
        ),
        (dict(objectives=dict(source=None)), "no objective left"),
        (dict(objectives=dict(type=SOURCE)), "cannot be called 'type'"),
        (dict(objectives=dict(source_loss=SOURCE)), "cannot be called 'source_loss'"),
    ],
)
def test_wiring__misspelt_names_are_caught_at_build(overrides, message):
    with pytest.raises(ValueError, match=message):
        build(**overrides)


def test_none_entries__are_left_out():
    model = build(objectives=dict(source=SOURCE, lipschitz=None))
    assert list(model.objectives) == ["source"]


def test_work__is_done_once_a_step():
    model = build(
        objectives=dict(
            source=SOURCE,
            lipschitz=dict(LIPSCHITZ, loss_weight=dict(decode=1.0, aux=0.2)),
            pseudo=dict(
                type="Supervised",
                on="target",
                loss_weight=dict(decode=1.0, aux=0.5),
                weight=dict(map="lipschitz", link="exp_neg", detach=False),
            ),
        )
    ).train()
    calls = {"backbone": 0, "decode_head": 0, "auxiliary_head": 0, "lipschitz": 0}

    def count(name):
        def hook(*args):
            calls[name] += 1

        return hook

    for name in ("backbone", "decode_head", "auxiliary_head"):
        getattr(model.segmentor, name).register_forward_hook(count(name))
    model.maps["lipschitz"].register_forward_hook(count("lipschitz"))
    model.loss(*make_batch())
    # two views; each head: source, target, noisy target; one map a head
    assert calls == {
        "backbone": 2,
        "decode_head": 3,
        "auxiliary_head": 3,
        "lipschitz": 2,
    }


def test_state_dict__has_the_plain_mmseg_layout_both_ways():
    model = build(heads=HEADS, objectives=_with_adversary())
    plain = MODELS.build(tiny_segmentor())
    stored = get_state_dict(model)
    own = {key for key in stored if key.startswith("heads.")}
    assert set(stored) - own == set(plain.state_dict())
    assert own
    plain.load_state_dict({k: v for k, v in stored.items() if k not in own})
    assert_close(dict(plain.state_dict()), dict(model.segmentor.state_dict()))

    other = build(heads=HEADS, objectives=_with_adversary())
    missing = other.load_state_dict(plain.state_dict(), strict=False).missing_keys
    assert {key.split(".")[0] for key in missing} == {"heads"}
    assert_close(dict(other.segmentor.state_dict()), dict(plain.state_dict()))

    third = build(heads=HEADS, objectives=_with_adversary())
    load_state_dict(third, stored, strict=True)
    assert_close(dict(third.state_dict()), dict(model.state_dict()))


def _with_adversary():
    adversary = dict(type="Adversarial", discriminators=dict(decode="d_decode"))
    return dict(source=SOURCE, lipschitz=LIPSCHITZ, adv=adversary)


def test_predict__is_the_wrapped_segmentors():
    model = build().eval()
    images = make_batch()[0]["target"]
    with torch.no_grad():
        ours = model.predict(images)
        plain = model.segmentor.predict(images)
        feats = model.extract_feat(images)
        fused = model(images, mode="tensor")
    assert torch.equal(ours[0].pred_sem_seg.data, plain[0].pred_sem_seg.data)
    assert_close(
        fused, model.decode_head(feats) + 0.5 * model.segmentor.auxiliary_head(feats)
    )
    assert model.num_classes == 5
    assert model.with_auxiliary_head
    assert not hasattr(model, "no_such_thing")


def test_loss__batch_without_domains_is_a_clear_error():
    inputs, samples = make_batch()
    with pytest.raises(TypeError, match="batches by domain"):
        build().loss(inputs["source"], samples["source"])


def test_loss__missing_domain_names_it():
    with pytest.raises(KeyError, match="no domain 'target', it has: source"):
        build().loss(*make_batch(domains=("source",)))


def test_parse_losses__nan_names_the_objective():
    model = build().train()
    losses = model.loss(*make_batch())
    losses["lipschitz.loss_decode"] = losses["lipschitz.loss_decode"] * float("nan")
    with pytest.raises(NonFiniteLossError, match="lipschitz"):
        model.parse_losses(losses)


def test_view__fused_logits_and_labels():
    model = build().eval()
    inputs, samples = make_batch(labelled=("source",))
    step = model.step(inputs, samples)
    view = step.view("source")
    assert isinstance(view, View)
    assert_close(view.logits("fused"), view.logits("decode") + 0.5 * view.logits("aux"))
    assert view.labels.shape == (2, 24, 32)
    assert step.view("target").labels is None
    assert step.view("source") is view


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        (dict(lipschitz=dict(on="target")), "map 'lipschitz' has no type"),
        (
            dict(confidence="{'type':'NegLogConfidenceMap'}"),  # a command line's
            "map 'confidence' must be a dict .* got .*model.maps.confidence.type=",
        ),
        (
            dict(lipschitz=dict(type="LipshitzMap")),
            "unknown type 'LipshitzMap'. Known types: .*Did you mean 'LipschitzMap'",
        ),
        (
            dict(lipschitz=dict(type="LipschitzMap", num_sample=2)),
            r"\(LipschitzMap\) has no option 'num_sample'.*Did you mean 'num_samples'",
        ),
    ],
)
def test_build_parts__mistakes_are_explained(maps, message):
    with pytest.raises(ValueError, match=message):
        build(maps=maps)


def test_build_parts__inherited_options_are_known():
    objectives = dict(source=dict(SOURCE, los_weight=1.0), lipschitz=LIPSCHITZ)
    with pytest.raises(ValueError, match="Did you mean 'loss_weight'"):
        build(objectives=objectives)


def test_uda_segmentor__two_classes_are_no_reason_to_warn(recwarn):
    # mmseg advises one output, which would be refused
    segmentor = tiny_segmentor()
    for head in ("decode_head", "auxiliary_head"):
        segmentor[head]["num_classes"] = 2
    objective = dict(type="Supervised", loss_weight=dict(decode=1.0, aux=1.0))
    MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=segmentor,
            objectives=dict(source=objective),
        )
    )
    assert not [w for w in recwarn if "binary segmentation" in str(w.message)]
