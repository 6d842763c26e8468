"""Changes of images."""

import pytest
import torch
from looked_at import SEEN, images

from mmseg_uda.evaluation.label_free.image_change import ImageChange


def test_image_change__mirrors():
    image = torch.arange(6, dtype=torch.uint8).reshape(1, 2, 3)
    changed = ImageChange().image(image)
    assert changed.tolist() == [[[2, 1, 0], [5, 4, 3]]]
    assert changed.dtype == torch.uint8
    assert torch.equal(ImageChange().undone(changed), image)


def test_image_change__contrast_about_the_mean():
    image = torch.tensor([[[10, 20, 60]]], dtype=torch.uint8)  # mean 30
    changed = ImageChange(flip=False, contrast=0.5).image(image)
    assert changed.tolist() == [[[20, 25, 45]]]
    assert torch.equal(ImageChange(flip=False, contrast=0.5).undone(image), image)


def test_image_change__another_size_and_its_sample():
    (data, *_) = images(1)
    before = data["data_samples"][0].metainfo
    data["data_samples"][0].set_metainfo(dict(pad_shape=SEEN))
    changed = ImageChange(scale=0.5).batch(data)
    assert changed["inputs"][0].shape == (3, 12, 16)  # half, rounded to even numbers
    meta = changed["data_samples"][0].metainfo
    assert meta["img_shape"] == meta["pad_shape"] == (12, 16)
    assert meta["ori_shape"] == before["ori_shape"]
    assert data["data_samples"][0].metainfo["img_shape"] == SEEN


def test_image_change__a_flat_image_stays_flat_whatever_is_done():
    image = torch.full((3, 8, 8), 40, dtype=torch.uint8)
    changed = ImageChange(scale=1.5, contrast=3).image(image)
    assert changed.shape == (3, 12, 12)
    assert torch.allclose(changed, torch.tensor(40.0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(scale=0), "scale must be > 0, got 0"),
        (dict(contrast=-1), "contrast must be > 0, got -1"),
        (dict(flip=False), "nothing would change"),
    ],
)
def test_image_change__refuses(options, said):
    with pytest.raises(ValueError, match=said):
        ImageChange(**options)
