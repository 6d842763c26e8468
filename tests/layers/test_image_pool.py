"""The history of translated images: by hand, saved and loaded, and what it refuses."""

import copy

import pytest
import torch
from torch.testing import assert_close

from mmseg_uda.layers import ImagePool, image_pool
from mmseg_uda.models.objectives import ImageAdversarial


def pictures(*values, size=(2, 3)):
    """Images of one value each, (N, 3, h, w)."""
    return (
        torch.tensor(values, dtype=torch.float).view(-1, 1, 1, 1).expand(-1, 3, *size)
    )


def values(images):
    return images[:, 0, 0, 0].tolist()


@pytest.fixture
def draws(monkeypatch):
    """What the pool draws, (chance, place) an image."""

    def set_to(*pairs):
        monkeypatch.setattr(
            image_pool.torch, "rand", lambda *size: torch.tensor(pairs).view(size)
        )

    return set_to


def test_pool__by_hand(draws):
    pool = ImagePool(2)
    draws((0.9, 0.0), (0.9, 0.0), (0.9, 0.0))
    # 1 and 2 fill it, whatever is drawn; 3 takes the place of 1, which is shown
    assert values(pool(pictures(1, 2, 3))) == [1, 2, 1]
    assert values(pool.images) == [3, 2]
    draws((0.5, 0.0), (0.6, 0.7))
    # not above one half: 4 is shown, and not kept; then 5 for the second of two
    assert values(pool(pictures(4, 5))) == [4, 2]
    assert values(pool.images) == [3, 5]
    assert pool.count == 2


def test_pool__shows_old_and_new_ones_alike_often():
    torch.manual_seed(0)
    pool = ImagePool(10)
    shown = [values(pool(pictures(i)))[0] for i in range(2000)]
    old = [i for i, value in enumerate(shown) if value < i]
    assert 0.45 < len(old) / len(shown) < 0.55
    # one of ten places, exchanged every second time: replaced after 20 on average
    ages = [i - shown[i] for i in old]
    assert 17 < sum(ages) / len(ages) < 23


def test_pool__shows_images_of_the_precision_of_the_new_ones(draws):
    pool = ImagePool(1)
    draws((0.9, 0.0))
    pool(pictures(1))
    draws((0.9, 0.0), (0.1, 0.0))
    shown = pool(pictures(2, 3).half())  # as under autocast, after a resume without
    assert shown.dtype == torch.float16
    assert values(shown) == [1, 3]


def test_pool__passes_no_gradient_and_keeps_no_graph():
    images = pictures(1, 2).clone().requires_grad_()
    pool = ImagePool(2)
    assert not pool(images).requires_grad
    assert not pool.images.requires_grad


def test_pool__goes_on_from_its_state():
    torch.manual_seed(0)
    pool = ImagePool(4)
    for i in range(0, 12, 2):
        pool(pictures(i, i + 1))
    stored = copy.deepcopy(pool.state_dict())
    other = ImagePool(4)
    other.load_state_dict(stored)
    for i in range(12, 24, 2):
        ours, theirs = [], []
        for part, seen in ((pool, ours), (other, theirs)):
            torch.manual_seed(i)
            seen += values(part(pictures(i, i + 1)))
        assert ours == theirs
    assert_close(pool.state_dict(), other.state_dict(), rtol=0, atol=0)


def test_pool__of_other_images_begins_anew_and_says_so():
    pool, other = ImagePool(2), ImagePool(2)
    pool(pictures(1, 2))
    other.load_state_dict(pool.state_dict())
    with pytest.warns(UserWarning, match=r"\(2, 3, 2, 3\).* needs \(2, 3, 4, 4\)"):
        assert values(other(pictures(5, size=(4, 4)))) == [5]
    assert other.count == 1


def test_pool__images_that_change_their_size_are_refused():
    pool = ImagePool(2)
    pool(pictures(1))
    with pytest.raises(
        ValueError, match=r"one size.*\(2, 3, 4, 4\) and \(2, 3, 2, 3\)"
    ):
        pool(pictures(1, size=(4, 4)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(pool_size=2.5), "pool_size must be a whole number, got 2.5"),
        (dict(pool_size=True), "pool_size must be a whole number, got True"),
        (dict(pool_size=-1), "pool_size must be a number >= 0, got -1"),
        (
            dict(pool_size=5, weight=dict(map="m"), weight_discriminator=True),
            "weight_discriminator=True and pool_size=5 exclude each other",
        ),
    ],
)
def test_image_adversarial__refuses_pools_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        ImageAdversarial("d", "target", "fake", **options)
