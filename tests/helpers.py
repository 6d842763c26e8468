"""Tiny networks and batches for the tests."""

from __future__ import annotations

from pathlib import Path

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

NUM_CLASSES = 5
_BASES = Path(__file__).parents[1] / "configs" / "_base_"


def tiny_segmentor(aux: bool = True, dropout: float = 0.0, **overrides) -> dict:
    """Config of a two-headed network of a few thousand parameters."""
    head = dict(
        type="DilatedSumHead",
        num_classes=NUM_CLASSES,
        channels=8,
        dilations=(1, 2),
    )
    segmentor = dict(
        type="MultiHeadEncoderDecoder",
        backbone=dict(
            type="DeepLabResNet",
            depth=18,
            base_channels=4,
            stem_channels=4,
            out_indices=(2, 3),
            norm_cfg=dict(type="BN", requires_grad=True),
            init_cfg=None,
        ),
        decode_head=dict(head, in_channels=32, in_index=1, dropout_ratio=dropout),
        auxiliary_head=dict(head, in_channels=16, in_index=0) if aux else None,
        train_cfg=dict(),
        test_cfg=dict(mode="whole"),
    )
    segmentor.update(overrides)
    return segmentor


def on_toycity(toy: bool = True) -> dict:
    """What a request says for the numbers of ``--toy`` with the random network."""
    return {"toy": True, "toy_network": "random"} if toy else {}


def make_batch(
    domains=("source", "target"),
    num_images: int = 2,
    size: tuple[int, int] = (24, 32),
    ignored: float = 0.2,
    labelled=("source", "target"),
    seed: int = 0,
    soft=None,
    regions=None,
    num_classes: int = NUM_CLASSES,
):
    """A preprocessed batch: random images, labels and soft labels by domain.

    ``regions`` is {domain: {name: (I, J, number of kinds)}}.
    """
    generator = torch.Generator().manual_seed(seed)
    inputs, samples = {}, {}
    for domain in domains:
        inputs[domain] = torch.randn(num_images, 3, *size, generator=generator)
        samples[domain] = []
        for _ in range(num_images):
            sample = SegDataSample()
            sample.set_metainfo({"domain": domain})
            if domain in labelled:
                labels = torch.randint(num_classes, (1, *size), generator=generator)
                drop = torch.rand(1, *size, generator=generator) < ignored
                sample.gt_sem_seg = PixelData(data=labels.masked_fill(drop, 255))
            if soft and domain in soft:  # the number of classes, by domain
                shares = torch.rand(soft[domain], *size, generator=generator)
                shares = (255 * shares / shares.sum(0)).round().to(torch.uint8)
                sample.gt_soft_seg = PixelData(data=shares)
            for name, (*grid, count) in (regions or {}).get(domain, {}).items():
                add_regions(sample, name, grid, count, size, generator)
            samples[domain].append(sample)
    return inputs, samples


def add_regions(sample, name, grid, count, size, generator):
    """Give a sample random labels of patches, about a fifth of them ignored."""
    labels = torch.randint(count, (1, *grid), generator=generator)
    drop = torch.rand(1, *grid, generator=generator) < 0.2
    labels = labels.masked_fill(drop, 255).to(torch.uint8)
    field = PixelData(data=labels, metainfo={"labelled_shape": size})
    sample.set_field(field, f"gt_region_{name}", dtype=PixelData)


def region_leaf(folder, source="gta"):
    """Write a config on the shipped bases that labels regions; nothing learns them."""
    size = "720" if source == "synthia" else "whole"
    files = [
        "models/deeplabv2_r101_sum.py",
        f"datasets/{source}_to_cityscapes_{size}.py",
        "methods/minent.py",
        "schedules/advent_250k.py",
        "stages/region_labels.py",
        f"{'synthia' if source == 'synthia' else 'default'}_runtime.py",
    ]
    path = folder / "leaf.py"
    path.write_text(
        f"_base_ = {[str(_BASES / name) for name in files]}\n"
        "model = dict(segmentor=_base_.segmentor, "
        "data_preprocessor=_base_.data_preprocessor)\n"
        "optim_wrapper = dict(heads=None)\n"
    )
    return path
