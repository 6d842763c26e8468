"""A tiny model and a test batch of one image."""

import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS


def build_model(eps=2.0, lipschitz=True, **segmentor):
    """Two heads, dropout, and a Lipschitz map with noise that changes labels."""
    maps = dict(lipschitz=dict(type="LipschitzMap", noise=dict(eps=eps)))
    objectives = dict(
        source=dict(type="Supervised", loss_weight=dict(decode=1.0, aux=0.5)),
        lipschitz=dict(type="MinimizeMap", map="lipschitz"),
    )
    return MODELS.build(
        dict(
            type="UDASegmentor",
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
            segmentor=tiny_segmentor(dropout=0.5, **segmentor),
            maps=maps if lipschitz else None,
            objectives=objectives if lipschitz else dict(source=objectives["source"]),
        )
    )


def one_image(size=(48, 64)):
    """A batch as a test data loader gives it, of an image that was ``size``."""
    inputs, samples = make_batch(num_images=1)
    image = (127 + 60 * inputs["target"][0]).clamp(0, 255).to(torch.uint8)
    (sample,) = samples["target"]
    shape = dict(ori_shape=size, img_shape=(24, 32), pad_shape=(24, 32))
    sample.set_metainfo(shape)
    return dict(inputs=[image], data_samples=[sample])
