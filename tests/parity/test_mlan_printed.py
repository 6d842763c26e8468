"""Variants of CR-AL that the README prints: as in the paper, and with FDA's view.

The paper's signs, scales and gradients are those of Eq. 4 and 7 to 9.
"""

import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from test_mlan import (
    ENT,
    GRIDS,
    IMAGE,
    KINDS,
    PATCHES,
    batch,
    build,
    c_image,
    c_region,
    gradients,
    halfway,  # noqa: F401 - a fixture
    parameters,
    resized,
)
from torch.testing import assert_close

README = Path(__file__).parents[2] / "configs" / "mlan" / "README.md"
FINEST = GRIDS["small"]


def flat(values, prefix=""):
    out = {}
    for key, value in values.items():
        nested = isinstance(value, dict)
        out |= flat(value, f"{prefix}{key}.") if nested else {f"{prefix}{key}": value}
    return out


def readme_block(title):
    """A config that the README prints, without its base."""
    pattern = rf"```python\n# {title}.*?\n\n(.*?)```"
    (block,) = re.findall(pattern, README.read_text(), re.DOTALL)
    return Config.fromstring(block, ".py")


@pytest.fixture
def model(halfway):  # noqa: F811
    return build(**flat(readme_block("the printed form").model.to_dict()))


def printed(model):
    """Terms of Eq. 8 and 9 with nothing detached but the weight of C_image's own."""
    inputs, _ = batch()
    e = {x: model.extract_feat(images)[-1].double() for x, images in inputs.items()}
    unsure = {}
    for level in PATCHES:
        p = c_region(model, level, e["target"])
        p_log_p = p * p.log()
        r = 0.5**0.9 * p_log_p.mean()
        unsure[level] = -(p_log_p - r).clamp(min=0).sum(1) / KINDS
    m_region = sum(resized(m, FINEST) for m in unsure.values()) / 3
    source, target = c_image(model, e["source"]), c_image(model, e["target"])
    m_image = 1 - target.log()
    told_apart = resized(-(1 - target).log(), FINEST) * m_region.detach()
    return {
        "rl_al.loss_decode": ENT
        * sum((m * resized(m_image, GRIDS[x])).mean() for x, m in unsure.items()),
        "il_al.loss_decode": IMAGE * (resized(-target.log(), FINEST) * m_region).mean(),
        "il_al.loss_d_decode": 0.5 * (-source.log().mean() + told_apart.mean()),
        "il_al_source.loss_decode": IMAGE * -(1 - source).log().mean(),
        "literally": IMAGE * source.log().mean(),
    }


def test_printed__values(model):
    losses, expected = model.loss(*batch()), printed(model)
    del expected["literally"]
    for name, value in expected.items():
        scale = abs(value.item())
        assert_close(losses[name].double(), value, rtol=1e-4, atol=1e-4 * scale)
    assert losses["rl_al.loss_decode"] < 0
    assert losses["il_al.loss_decode"] < 0


# term -> factor of each module's gradient, compared with the printed term's
ROUTES = {
    "rl_al.loss_decode": dict(E=1, C_seg=0, C_region=-1, C_image=0),
    # through M_region; Eq. 10 lets E alone see it
    "il_al.loss_decode": dict(E=1, C_seg=0, C_region=-1, C_image=0),
    "il_al.loss_d_decode": dict(E=0, C_seg=0, C_region=0, C_image=1),
    "il_al_source.loss_decode": dict(E=1, C_seg=0, C_region=0, C_image=0),
}


@pytest.mark.parametrize("term", ROUTES)
def test_printed__gradients(model, term):
    ours, expected = model.loss(*batch())[term], printed(model)[term]
    for name, of in parameters(model).items():
        wanted = ROUTES[term][name] * gradients(expected, of)
        assert bool(wanted.any()) is bool(ROUTES[term][name])
        scale = wanted.abs().max().item()
        assert_close(
            gradients(ours, of), wanted, rtol=2e-3, atol=5e-4 * scale, msg=name
        )


def test_printed__c_image_learns_at_the_one_rate_of_the_paper(tmp_path):
    (block,) = re.findall(
        r"```python\n(# the printed form.*?)```", README.read_text(), re.S
    )
    file = tmp_path / "printed.py"
    file.write_text(block.replace("./cr_al", f"{README.parent}/cr_al"))
    optimizer = Config.fromfile(file).optim_wrapper["heads.c_image"].optimizer
    assert optimizer == dict(type="Adam", lr=2.5e-4, betas=(0.9, 0.99))


def test_printed__the_source_moves_as_log_c_has_it(model):
    of, terms = parameters(model), printed(model)
    ours = gradients(model.loss(*batch())["il_al_source.loss_decode"], of["E"])
    literal = gradients(terms["literally"], of["E"])
    assert torch.cosine_similarity(ours, literal, dim=0) > 0.9
    nothing = gradients(model.loss(*batch())["il_al_source.loss_d_decode"], of["E"])
    assert not nothing.any()


def test_printed__says_which_domain_the_source_is_taken_for(model):
    objective = model.objectives["il_al_source"]
    fooling = objective.equation("decode")
    assert fooling == "BCE( c_image(feature(x_source)), target )"
    own = objective.discriminator_equation("decode")
    assert "stop_grad[feature(x_source)]), source )" in own
    assert "stop_grad[feature(x_target)]), target )" in own


def test_fourier__changes_what_the_source_looks_like():
    cfg = readme_block("CR-AL on source images with the target's low frequencies")
    options = flat(cfg.model.to_dict()) | {"views.source.beta": 0.1}
    changed, plain = build(**options), build()
    inputs, samples = batch()
    ours, theirs = changed.loss(inputs, samples), plain.loss(inputs, samples)
    for term in ("source.loss_decode", "region_small.loss_decode"):
        assert not torch.isclose(ours[term], theirs[term], rtol=1e-3)
    target = [m.step(inputs, samples).map("multi") for m in (changed, plain)]
    assert_close(*target)
    pipeline = cfg.train_dataloader.dataset.domains.source.pipeline
    steps = {step["type"]: step for step in pipeline}
    base = Config.fromfile(README.parent / "cr_al_gta.py").train_dataloader.dataset
    (resize,) = [s for s in base.domains.target.pipeline if s["type"] == "Resize"]
    assert steps["RandomCrop"]["crop_size"] == tuple(resize["scale"][::-1])
