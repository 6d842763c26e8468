"""A tiny model, and labelled images as a test data loader gives them."""

import torch
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmengine.structures import PixelData
from mmseg.registry import MODELS

SIZE = (48, 64)  # of the files; the network sees half of that


def build_model(maps=None, aux=True, heads=None, objectives=None, **segmentor):
    """A UDASegmentor with these maps, with dropout, which evaluation switches off."""
    weights = dict(decode=1.0, aux=0.5) if aux else dict(decode=1.0)
    return MODELS.build(
        dict(
            type="UDASegmentor",
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
            segmentor=tiny_segmentor(aux=aux, dropout=0.5, **segmentor),
            maps=maps,
            heads=heads,
            objectives=dict(
                source=dict(type="Supervised", loss_weight=weights),
                **(objectives or {}),
            ),
        )
    ).eval()


def images(num=3, labelled=True, size=SIZE, seed=0):
    """Number and batch of images, whose labels are of the size of the file."""
    inputs, samples = make_batch(("target",), num, labelled=(), seed=seed)
    generator = torch.Generator().manual_seed(seed)
    found = []
    for index, sample in enumerate(samples["target"]):
        pixels = (127 + 60 * inputs["target"][index]).clamp(0, 255).to(torch.uint8)
        sample.set_metainfo(dict(ori_shape=SIZE, img_shape=(24, 32)))
        sample.set_metainfo(dict(img_path=f"{index}.png"))
        if labelled:
            label = torch.randint(NUM_CLASSES, (1, *size), generator=generator)
            label[0, :5] = 255
            sample.gt_sem_seg = PixelData(data=label)
        found.append((index, dict(inputs=[pixels], data_samples=[sample])))
    return found
