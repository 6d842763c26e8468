"""A network of one channel whose weight for a noise bound is known in closed form."""

import logging
from types import SimpleNamespace

import torch
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample
from torch import nn

from mmseg_uda.engine.hooks import NoiseBoundHook

SLOPE = 0.7
HEIGHT, WIDTH, COUNT = 6, 8, 5


@MODELS.register_module()
class Gray(nn.Module):
    """One feature, the first colour of the image."""

    def forward(self, images):
        return (images[:, :1],)


@DATASETS.register_module()
class BoundToy(torch.utils.data.Dataset):
    """Random images; every fourth pixel has the wrong label, every seventh none.

    With ``wrong`` all that have a label have the wrong one.
    """

    def __init__(self, data_root="source", labelled=True, pipeline=(), wrong=False):
        self.image_root = data_root
        self.labelled = labelled
        self.wrong = wrong

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        image, labels = image_and_labels(index)
        if self.wrong:
            labels = torch.where(labels == 255, labels, (image[0] <= 0).long())
        sample = SegDataSample(metainfo=dict(ori_shape=(HEIGHT, WIDTH)))
        if self.labelled:
            sample.gt_sem_seg = PixelData(data=labels[None])
        return {"inputs": image, "data_samples": sample}


def image_and_labels(index):
    generator = torch.Generator().manual_seed(100 + index)
    image = 3 * torch.randn(3, HEIGHT, WIDTH, generator=generator)
    labels = (image[0] > 0).long()  # what the network predicts
    flat = labels.flatten()
    flat[::4] = 1 - flat[::4]
    flat[::7] = 255
    return image, labels


def bound_model(noise=None, names=("lipschitz",), views=None, **of_map):
    """A UDASegmentor with logits (0, SLOPE * x) of the feature x."""
    segmentor = dict(
        type="EncoderDecoder",
        backbone=dict(type="Gray"),
        decode_head=dict(
            type="FCNHead",
            in_channels=1,
            channels=1,
            num_convs=0,
            concat_input=False,
            num_classes=2,
            dropout_ratio=0,
        ),
        test_cfg=dict(mode="whole"),
    )
    noise = noise or dict(kind="sign", eps="auto", unit="absolute")
    part = dict(type="LipschitzMap", noise=noise, num_samples=1, **of_map)
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=segmentor,
            views=views,
            maps={name: dict(part) for name in names},
            objectives=dict(
                {name: dict(type="MinimizeMap", map=name) for name in names},
                source=dict(type="Supervised"),
            ),
            data_preprocessor=dict(type="MultiDomainDataPreProcessor"),
        )
    )
    last = model.segmentor.decode_head.conv_seg
    last.weight.data.copy_(torch.tensor([0.0, SLOPE]).view(2, 1, 1, 1))
    last.bias.data.zero_()
    return model.train()


def find(model, folder, resume=False, names=("lipschitz",), **options):
    """Run the hook; the target's training images lie in the folder ``target``.

    ``validated`` is the data set of the validation, if there is one.
    """
    dataset = dict(type="BoundToy") | options.pop("dataset", {})
    validated = options.pop("validated", None)
    target = SimpleNamespace(image_root="target")
    runner = SimpleNamespace(
        model=model,
        train_dataloader=SimpleNamespace(
            dataset=SimpleNamespace(datasets={"target": target})
        ),
        work_dir=str(folder),
        logger=logging.getLogger("bound"),
        _resume=resume,
        val_loop=validated,
        val_dataloader=SimpleNamespace(dataset=validated),
    )
    NoiseBoundHook(list(names), dataset, **options).before_train(runner)
