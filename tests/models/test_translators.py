"""Image translators: the networks, their range of pixels, and the translated view."""

import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch import nn
from torch.testing import assert_close

from mmseg_uda.models.data_preprocessors import MultiDomainDataPreProcessor
from mmseg_uda.models.translators import PatchDiscriminator, ResNetGenerator
from mmseg_uda.structures import PixelRange

MEAN, STD = [104.0, 116.5, 122.5], [1.0, 57.0, 2.0]
SMALL = dict(type="ResNetGenerator", channels=4, num_blocks=1)
CYCLE = dict(
    target_as_source=dict(type="TranslatedView", of="target", through="g_ts"),
    target_again=dict(type="TranslatedView", of="target_as_source", through="g_st"),
)
DOMAINS = {name: dict(type="DomainView", domain=name) for name in ("source", "target")}


def make_model(views=CYCLE, on="target_again", frozen=("segmentor",), **parts):
    cycle = dict(type="ImageReconstruction", on=on, of="target")
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(),
            data_preprocessor=dict(
                type="MultiDomainDataPreProcessor", mean=MEAN, std=STD
            ),
            heads=dict(g_st=SMALL, g_ts=SMALL),
            views={**DOMAINS, **views},
            objectives=dict(cycle=cycle),
            frozen=frozen,
            **parts,
        )
    ).train()


class HalfBrightness(nn.Module):
    """Stands in for a translator: what it does to a pixel is known."""

    def forward(self, images):
        return images / 2


@pytest.mark.parametrize("size", [(8, 8), (32, 40), (30, 41), (9, 11)])
def test_generator__keeps_size_and_range(size):
    generator = ResNetGenerator(channels=4, num_blocks=2)
    out = generator(torch.rand(2, 3, *size) * 2 - 1)
    assert out.shape == (2, 3, *size)
    assert out.abs().max() < 1


def test_generator__is_that_of_the_paper():
    generator = ResNetGenerator()
    shapes = [tuple(m.weight.shape) for m in generator.modules() if is_conv(m)]
    assert len(shapes) == 3 + 2 * 9 + 3
    assert shapes[:3] == [(64, 3, 7, 7), (128, 64, 3, 3), (256, 128, 3, 3)]
    assert set(shapes[3:-3]) == {(256, 256, 3, 3)}
    # transposed convolutions name their inputs first
    assert shapes[-3:] == [(256, 128, 3, 3), (128, 64, 3, 3), (3, 64, 7, 7)]
    std = torch.cat([p.flatten() for p in generator.parameters()]).std()
    assert_close(std.item(), 0.02, rtol=0.01, atol=0)


def is_conv(module):
    return isinstance(module, nn.Conv2d | nn.ConvTranspose2d)


def test_generator__does_the_same_in_evaluation():
    generator = ResNetGenerator(channels=4, num_blocks=1)
    images = torch.rand(1, 3, 16, 16)
    assert torch.equal(generator.train()(images), generator.eval()(images))


def test_generator__padding_reflects_the_image():
    generator = ResNetGenerator(channels=4, num_blocks=1)
    images = torch.rand(1, 3, 16, 18)
    padded = torch.cat([images, images[..., [16, 15]]], dim=3)
    assert torch.equal(generator(images), generator(padded)[..., :18])


def test_discriminator__sees_patches_of_70_pixels():
    net = PatchDiscriminator(channels=(2, 2, 2, 2)).double()
    # without the norms, which look at the whole image, a judgement sees its patch only
    layers = [m for m in net.layers if not isinstance(m, nn.InstanceNorm2d)]
    images = torch.rand(1, 3, 128, 128, dtype=torch.float64, requires_grad=True)
    out = nn.Sequential(*layers)(images)
    assert out.shape == net(images)[0].shape == (1, 1, 14, 14)
    out[0, 0, 7, 7].backward()
    rows = images.grad.abs().sum(dim=(0, 1, 3)).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 70


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ResNetGenerator(num_blocks=0), "num_blocks=0"),
        (lambda: ResNetGenerator(4, 1)(torch.zeros(1, 3, 7, 9)), "8 pixels.*7x9"),
        (lambda: PatchDiscriminator(channels=(4,)), "at least two widths"),
        (lambda: PatchDiscriminator()(torch.zeros(1, 3, 23, 40)), "24x24.*23x40"),
    ],
)
def test_networks__say_what_is_wrong(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_discriminator__smallest_image_is_judged_once():
    (out,) = PatchDiscriminator(channels=(2, 2, 2, 2)).eval()(torch.zeros(1, 3, 24, 24))
    assert out.shape == (1, 1, 1, 1)


@pytest.mark.parametrize("flip", [False, True])
def test_pixel_range__bytes_come_back(flip):
    preprocessor = MultiDomainDataPreProcessor(mean=MEAN, std=STD, bgr_to_rgb=flip)
    image = torch.randint(0, 256, (3, 4, 5), dtype=torch.uint8)
    image[:, 0, :2] = torch.tensor([0, 255], dtype=torch.uint8)
    sample = make_batch(["source"], 1, (4, 5))[1]["source"][0]
    data = preprocessor({"inputs": [image], "data_samples": [sample]}, training=True)
    pixels = PixelRange.of(preprocessor)
    unit = pixels.to_unit(data["inputs"]["source"])
    black, white = torch.full((3,), -1.0), torch.full((3,), 1.0)
    assert_close(unit[0, :, 0, :2], torch.stack([black, white], dim=1))
    seen = image.flip(0) if flip else image  # the network's order of the channels
    assert_close(unit[0], seen / 127.5 - 1)
    assert torch.equal(pixels.unit_to_bgr(unit)[0], image.permute(1, 2, 0))
    assert_close(pixels.from_unit(unit), data["inputs"]["source"], rtol=0, atol=1e-3)


def test_pixel_range__without_normalisation_is_of_bytes():
    pixels = PixelRange.of(None)
    images = torch.tensor([[[[0.0]], [[127.5]], [[255.0]]]])
    assert_close(pixels.to_unit(images).flatten(), torch.tensor([-1.0, 0.0, 1.0]))


def test_translated_view__by_hand():
    model = make_model()
    for name in ("g_st", "g_ts"):
        model.heads[name] = HalfBrightness()
    inputs, samples = make_batch(size=(16, 24))
    # one colour: bytes (255, 127.5, 0), in [-1, 1] (1, 0, -1), after the translator
    # (0.5, 0, -0.5), so bytes (191.25, 127.5, 63.75), minus mean, over std
    colour = torch.tensor([255.0, 127.5, 0.0])
    mean, std = torch.tensor(MEAN), torch.tensor(STD)
    inputs["target"][:] = ((colour - mean) / std)[:, None, None]
    step = model.step(inputs, samples)
    expected = (torch.tensor([191.25, 127.5, 63.75]) - mean) / std
    view = step.view("target_as_source")
    assert_close(view.images[0, :, 3, 4], expected)
    assert view.samples is samples["target"]
    again = step.unit_images("target_again")
    assert_close(again[0, :, 0, 0], torch.tensor([0.25, 0.0, -0.25]))
    # | (0.25, 0, -0.25) - (1, 0, -1) | on average
    loss = model.loss(inputs, samples)["cycle.loss_decode"]
    assert_close(loss, torch.tensor(0.5))


def test_translated_view__has_the_labels_of_its_original():
    views = {
        "source_as_target": dict(type="TranslatedView", of="source", through="g_st")
    }
    model = make_model({**views, **CYCLE})
    step = model.step(*make_batch(size=(16, 24)))
    labels = step.view("source").labels
    assert torch.equal(step.view("source_as_target").labels, labels)


@pytest.mark.parametrize(
    ("views", "said"),
    [
        (dict(target_again=dict(of="nowhere")), "'target_again' uses view 'nowhere'"),
        (dict(target_again=dict(through="g_s")), "uses head 'g_s'.*mean 'g_"),
        (
            dict(target_as_source=dict(of="target_again")),
            "made of itself .*target_again -> target_as_source",
        ),
        (dict(target_again=dict(of="target")), "heads 'g_ts': used by no objective"),
    ],
)
def test_wiring__of_views(views, said):
    changed = {k: {**v, **views.get(k, {})} for k, v in CYCLE.items()}
    with pytest.raises(ValueError, match=said):
        make_model(changed)


def test_frozen__stays_in_evaluation_and_out_of_the_optimizers():
    model = make_model(frozen=["segmentor.backbone", "segmentor.*_head"])
    assert not any(p.requires_grad for p in model.segmentor.parameters())
    assert all(p.requires_grad for p in model.heads.parameters())
    assert model.heads.g_st.training
    assert model.training
    modes = {m.training for m in model.segmentor.backbone.modules()}
    assert modes == {False}
    model.eval().train()
    assert not model.segmentor.decode_head.training


@pytest.mark.parametrize(
    ("frozen", "said"),
    [
        (["segmentor", "heads.c_*"], "'heads.c_\\*', which fits no part"),
        ("segmentr", "Did you mean 'segmentor'"),
        ([], "segmentation heads 'aux': used by no objective"),
    ],
)
def test_frozen__wrong_names(frozen, said):
    with pytest.raises(ValueError, match=said):
        make_model(frozen=frozen)


def test_frozen__segmentor_is_not_run_unless_asked(monkeypatch):
    model = make_model()
    monkeypatch.setattr(model.segmentor, "extract_feat", None)
    model.loss(*make_batch(size=(16, 24)))
