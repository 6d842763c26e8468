"""A segmentor with two batch norms, images, and references of the equations."""

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from PIL import Image

from mmseg_uda.datasets.image_files import ImageFiles

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(12, 8), keep_ratio=False),
    dict(type="PackSegInputs"),
]


def write_images(folder, count=5, seed=0, size=(8, 12)):
    """Images whose brightness differs more between than within them."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        pixels = 40 * i + rng.integers(0, 30, (*size, 3))
        pixels = np.clip(pixels, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"img{i:02d}.png")
    return folder


def images_of(folder, order=None):
    images = ImageFiles.from_folder(folder, PIPELINE)
    if order is not None:
        images.names = [images.names[i] for i in order]
        images.paths = [images.paths[i] for i in order]
    return images


def build(norm="BN", aux=True, norm_eval=False, seed=0, **overrides):
    """Stock EncoderDecoder: two convolutions in the backbone, one in each head."""
    norm_cfg = dict(type=norm, requires_grad=not norm_eval)
    if norm == "GN":
        norm_cfg["num_groups"] = 2
    head = dict(
        type="FCNHead", in_channels=4, in_index=0, channels=4, num_convs=1,
        num_classes=3, norm_cfg=norm_cfg, concat_input=False, dropout_ratio=0,
    )  # fmt: skip
    model = dict(
        type="EncoderDecoder",
        data_preprocessor=dict(
            type="SegDataPreProcessor", mean=[100.0] * 3, std=[50.0] * 3, size=(8, 12)
        ),
        backbone=dict(
            type="ResNet", depth=18, num_stages=1, strides=(1,), dilations=(1,),
            out_indices=(0,), base_channels=4, stem_channels=4, norm_cfg=norm_cfg,
            norm_eval=norm_eval,
        ),
        decode_head=head,
        auxiliary_head=dict(head) if aux else None,
        train_cfg=dict(),
        test_cfg=dict(mode="whole"),
    )  # fmt: skip
    model.update(overrides)
    torch.manual_seed(seed)
    built = MODELS.build(ConfigDict(model)).eval()
    for module in built.modules():  # a source whose statistics are not the default
        if getattr(module, "running_mean", None) is not None:
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
            module.num_batches_tracked.fill_(10**6)
    return built


def statistics_of(model):
    return {
        name: value.double().clone()
        for name, value in model.state_dict().items()
        if "running" in name
    }


def all_at_once(model, images):
    """Reference: float64, all images in one batch, torch's own batch statistics.

    Normalising with the statistics of a batch that is the whole set *is* normalising
    with those of the set (whose variance torch divides by n there, and by n - 1 in what
    it keeps).
    """
    batch = torch.stack([images[i]["inputs"] for i in range(len(images))]).double()
    x = (batch - 100.0) / 50.0
    found = {}

    def norm(name, module, x):
        values = x.transpose(0, 1).flatten(1)
        mean, n = values.mean(1), values.shape[1]
        squares = (values - mean[:, None]).square().sum(1)
        found[f"{name}.running_mean"] = mean
        found[f"{name}.running_var"] = squares / (n - 1)
        variance = squares / (n - 1)
        shape = (1, -1, 1, 1)
        x = (x - mean.view(shape)) / (variance.view(shape) + module.eps).sqrt()
        weight, bias = module.weight.double(), module.bias.double()
        return x * weight.view(shape) + bias.view(shape)

    def conv(module, x):
        return F.conv2d(
            x, module.weight.double(), None, module.stride, module.padding
        )  # fmt: skip

    net = model.backbone
    x = norm("backbone.bn1", net.bn1, conv(net.conv1, x)).relu()
    x = F.max_pool2d(x, 3, 2, 1)
    for i, block in enumerate(net.layer1):
        name = f"backbone.layer1.{i}"
        y = norm(f"{name}.bn1", block.bn1, conv(block.conv1, x)).relu()
        y = norm(f"{name}.bn2", block.bn2, conv(block.conv2, y))
        assert block.downsample is None
        x = (x + y).relu()
    for name in ("decode_head", "auxiliary_head"):
        head = getattr(model, name, None)
        if head is not None:
            norm(f"{name}.convs.0.bn", head.convs[0].bn, conv(head.convs[0].conv, x))
    return found
