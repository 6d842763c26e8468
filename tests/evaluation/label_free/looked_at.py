"""A tiny network, and images as a test data loader gives them, with predictions."""

import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import METRICS, MODELS
from torch import nn

import mmseg_uda.parts  # noqa: F401  (registers everything)

SIZE = (50, 66)  # of the files; the network sees half of that
SEEN = (25, 33)  # odd, so that strides of 2 look at the same places of mirror images


def build_network(aux=True, **segmentor):
    """A UDASegmentor with dropout, which evaluation switches off."""
    weights = dict(decode=1.0, aux=0.5) if aux else dict(decode=1.0)
    torch.manual_seed(3)
    network = MODELS.build(
        dict(
            type="UDASegmentor",
            data_preprocessor=dict(
                type="MultiDomainDataPreProcessor", mean=[127.0] * 3, std=[60.0] * 3
            ),
            segmentor=tiny_segmentor(aux=aux, dropout=0.5, **segmentor),
            objectives=dict(source=dict(type="Supervised", loss_weight=weights)),
        )
    ).eval()
    _predict_several_classes(network.segmentor)
    return network


@torch.no_grad()
def _predict_several_classes(segmentor):
    """Spread and centre the outputs of random heads, which else name one class."""
    noise = torch.randn(2, 3, *SEEN, generator=torch.Generator().manual_seed(0))
    feats = segmentor.extract_feat(noise)
    heads = [segmentor.decode_head]
    heads += [segmentor.auxiliary_head] if segmentor.with_auxiliary_head else []
    for head in heads:
        for layer in head.conv2d_list:
            layer.weight *= 30
        head.conv2d_list[0].bias -= head(feats).mean(dim=(0, 2, 3))


def mirrored(network):
    """Make a network indifferent to left and right: all kernels are symmetric."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            weight = layer.weight.data
            layer.weight.data = (weight + weight.flip(-1)) / 2
    return network


def images(num=2, seed=0):
    """Batches of one image each."""
    inputs, samples = make_batch(("target",), num, size=SEEN, labelled=(), seed=seed)
    found = []
    for index, sample in enumerate(samples["target"]):
        pixels = (127 + 60 * inputs["target"][index]).clamp(0, 255).to(torch.uint8)
        sample.set_metainfo(dict(ori_shape=SIZE, img_shape=SEEN))
        sample.set_metainfo(dict(img_path=f"in/{index}.png"))
        found.append(dict(inputs=[pixels], data_samples=[sample]))
    return found


def joined(batches):
    """One batch of several."""
    return {key: [b[key][0] for b in batches] for key in ("inputs", "data_samples")}


@torch.no_grad()
def evaluated(network, batches, **metric):
    """The scores of a metric of this config, which looks at the network."""
    built = METRICS.build(metric)
    built.look_at(network)
    count = 0
    for data in batches:
        samples = network.val_step(data)
        built.process(data, [sample.to_dict() for sample in samples])
        count += len(samples)
    return built.evaluate(count)
