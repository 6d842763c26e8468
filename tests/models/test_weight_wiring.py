"""A loss and the map that weights it: of the same images, and of sizes that fit."""

import pytest
import torch
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmseg.registry import MODELS

from mmseg_uda.models.objectives import PixelWeight

HEADS = dict(
    c=dict(
        type="DilatedRegionHead",
        in_channels=32,
        num_regions=6,
        patch_size=(8, 8),
        dilations=(1, 2),
    ),
    d=dict(type="PixelDiscriminator", in_channels=32, channels=(4, 4), padding=2),
    g=dict(type="ResNetGenerator", channels=4, num_blocks=1),
    j=dict(type="PatchDiscriminator", channels=(4, 8)),
)
MAPS = dict(
    source=dict(type="EntropyMap", on="source"),
    target=dict(type="EntropyMap", on="target"),
    fake=dict(type="EntropyMap", on="fake"),
    regions=dict(type="RegionConsistencyMap", head="c", head_ascends=True),
    both=dict(type="CombinedMap", maps=["regions", "target"], how="product"),
    lipschitz=dict(type="LipschitzMap", on="target"),
)
VIEWS = dict(
    source=dict(type="DomainView"),
    target=dict(type="DomainView"),
    plain=dict(type="DomainView", domain="source"),
    styled=dict(type="FourierTransfer", domain="source", style="target", beta=0.1),
    fake=dict(type="TranslatedView", of="source", through="g"),
)
TOLD = dict(type="RegionClassification", head="c", labels="r", sees="feature")
FOOL = dict(
    type="Adversarial", discriminators=dict(decode="d"), sees="feature", source_label=1
)
IMAGES = dict(type="ImageAdversarial", discriminator="j", real="target", fake="fake")


def build(objective, **weight):
    return MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux=False),
            views=VIEWS,
            heads=HEADS,
            maps=MAPS,
            objectives=dict(
                source=dict(type="Supervised"),
                told=TOLD,
                fool=FOOL,
                images=IMAGES,
                mine=dict(objective, weight=weight),
            ),
        )
    )


SUPERVISED = dict(type="Supervised", on="target")


@pytest.mark.parametrize(
    ("objective", "name", "own", "its"),
    [
        (dict(type="Supervised", on="source"), "target", "source", "target"),
        (dict(type="Supervised", on="styled"), "both", "source", "target"),
        (dict(type="MinimizeMap", map="lipschitz"), "source", "target", "source"),
        (dict(type="MinimaxMap", maps="regions"), "fake", "target", "source"),
        (FOOL, "source", "target", "source"),
        (IMAGES, "regions", "source", "target"),
    ],
)
def test_weight__of_another_domain_is_refused(objective, name, own, its):
    message = (
        f"objective 'mine' is a loss on images of domain '{own}', but map '{name}', "
        f"which weights it, is of images of domain '{its}'.*option `on`"
    )
    with pytest.raises(ValueError, match=message):
        build(objective, map=name)


@pytest.mark.parametrize(
    ("objective", "name"),
    [
        (SUPERVISED, "both"),
        (dict(type="Supervised", on="plain"), "source"),
        (dict(type="Supervised", on="styled"), "source"),
        (dict(type="Supervised", on="fake"), "source"),
        (dict(type="Supervised", on="source"), "fake"),
        (dict(type="MinimizeMap", map="lipschitz"), "regions"),
        (dict(type="MinimizeMap", map="lipschitz"), "lipschitz"),
        (dict(type="MinimaxMap", maps="regions"), "lipschitz"),
        (FOOL, "both"),
        (IMAGES, "source"),
    ],
)
def test_weight__of_the_same_domain_is_accepted(objective, name):
    assert build(objective, map=name).objectives["mine"].weight.map == name


@pytest.mark.parametrize(
    "objective",
    [SUPERVISED, TOLD, dict(type="MinimizeMap", map="target", labelled_in="target")],
)
def test_weight__cannot_resize_a_loss_that_is_averaged_by_its_labels(objective):
    name = "source" if objective is TOLD else "regions"
    message = "objective 'mine' averages over what has a label.*resize='weight'"
    with pytest.raises(ValueError, match=message):
        build(objective, map=name, resize="loss")
    build(objective, map=name)


def test_weight__resized_loss_over_all_pixels_keeps_its_size():
    """A map of one number everywhere, with mean one, changes no mean."""
    torch.manual_seed(0)
    objective = dict(SUPERVISED, average="all")
    values = []
    for resize in ("weight", "loss"):
        torch.manual_seed(0)
        model = build(objective, map="regions", norm="mean", resize=resize).train()
        regions = dict(source=dict(r=(4, 6, 6)))
        batch = make_batch(size=(32, 48), regions=regions)
        values.append(float(model.loss(*batch)["mine.loss_decode"].detach()))
    assert values[0] == pytest.approx(values[1], rel=0.05)
    assert 0.5 < values[0] / torch.tensor(float(NUM_CLASSES)).log() < 2


def test_weight__of_another_number_of_images():
    class Step:
        iteration = 0

        def map(self, name, seg_head):
            return torch.ones(2, 3, 4)

    weight = PixelWeight("m")
    assert weight(Step(), "decode", torch.ones(2, 3, 4)).shape == (2, 3, 4)
    for count in (1, 3):
        with pytest.raises(ValueError, match=rf"2 image.* cannot weight .* {count}"):
            weight(Step(), "decode", torch.ones(count, 3, 4))
