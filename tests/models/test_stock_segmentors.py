"""LCDA and LCRF on mmseg's own model configs, read from mmseg and not changed."""

from pathlib import Path

import mmseg
import pytest
import torch
from helpers import make_batch
from mmengine.config import Config
from mmseg.models import EncoderDecoder
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.structures.seg_heads import check_segmentation_heads

STOCK = Path(mmseg.__file__).parent / ".mim/configs/_base_/models"
METHODS = Path(__file__).parents[2] / "configs/_base_/methods"
SIZE = (32, 64)
SEG_HEADS = {0: ["decode"], 1: ["decode", "aux"], 2: ["decode", "aux_0", "aux_1"]}


def stock(name: str) -> Config:
    return Config.fromfile(STOCK / f"{name}.py").model


def build(method: str, name: str):
    model = Config.fromfile(METHODS / f"{method}.py").model
    model.segmentor = stock(name)
    given = model.segmentor.get("auxiliary_head") or []
    names = SEG_HEADS[len(given) if isinstance(given, list) else 1]
    for objective in model.objectives.values():
        objective.loss_weight = {seg_head: 1.0 for seg_head in names}
    return MODELS.build(model).train()


def lipschitz_terms(losses: dict) -> list[float]:
    return [v.item() for k, v in losses.items() if k.startswith("lipschitz.loss")]


def gradient(module: nn.Module) -> float:
    return sum(
        p.grad.abs().sum().item() for p in module.parameters() if p.grad is not None
    )


@pytest.mark.parametrize(
    ("method", "name"),
    [
        # convolutions and transformers; one auxiliary head, none, two
        ("lcda", "deeplabv3plus_r50-d8"),
        ("lcrf", "deeplabv3plus_r50-d8"),
        ("lcda", "pspnet_r50-d8"),
        ("lcrf", "pspnet_r50-d8"),
        ("lcda", "upernet_swin"),
        ("lcrf", "upernet_swin"),
        ("lcda", "segformer_mit-b0"),
        ("lcrf", "segformer_mit-b0"),
        ("lcda", "fast_scnn"),
        ("lcrf", "fast_scnn"),
    ],
)
def test_stock_config__steps_and_predicts(method, name):
    model = build(method, name)
    domains = ("source", "target") if method == "lcda" else ("target",)
    batch = make_batch(domains, size=SIZE)
    losses = model.loss(*batch)
    assert all(torch.isfinite(v).all() for v in losses.values())
    assert min(lipschitz_terms(losses)) > 0

    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    before = [p.detach().clone() for p in model.decode_head.parameters()]
    loss, _ = model.parse_losses(losses)
    loss.backward()
    seg_heads = model.step(*batch).view("target").heads
    for part in (model.backbone, *seg_heads.values()):
        assert gradient(part) > 0
    optimizer.step()
    after = list(model.decode_head.parameters())
    assert any((a != b).any() for a, b in zip(after, before, strict=True))

    model.maps["lipschitz"].noise.eps = 0.0
    with torch.no_grad():
        assert set(lipschitz_terms(model.loss(*batch))) == {0.0}
        result = model.eval().predict(torch.randn(2, 3, *SIZE))
    assert result[0].pred_sem_seg.data.shape == (1, *SIZE)


CONV = dict(
    type="ResNetV1c",
    depth=18,
    base_channels=4,
    stem_channels=4,
    norm_cfg=dict(type="SyncBN"),
)
VIT = dict(
    type="VisionTransformer",
    img_size=32,
    embed_dims=8,
    num_layers=4,
    num_heads=2,
    out_indices=(0, 1, 2, 3),
    output_cls_token=True,
    drop_path_rate=0.1,
)
LEVELS = dict(in_index=[1, 2, 3], in_channels=[8, 16, 32])
# what a head reads, and what makes it peculiar
PECULIAR = {
    "reads more than in_index says": (
        dict(
            type="DepthwiseSeparableASPPHead",
            in_channels=32,
            in_index=3,
            c1_in_channels=4,
            c1_channels=4,
            dilations=(1, 2),
        ),
        [3, 0],
    ),
    "concatenates levels": (
        dict(
            type="FCNHead",
            input_transform="resize_concat",
            in_index=[3, 0],
            in_channels=[32, 4],
        ),
        [3, 0],
    ),
    "returns three predictions": (
        dict(type="DAHead", in_channels=32, in_index=-1, pam_channels=4),
        [3],
    ),
    "returns a vector beside its logits": (
        dict(
            type="EncHead",
            **LEVELS,
            num_codes=4,
        ),
        [1, 2, 3],
    ),
    "remembers what it saw": (
        dict(
            type="EMAHead",
            in_channels=32,
            in_index=3,
            ema_channels=8,
            num_bases=4,
            num_stages=2,
        ),
        [3],
    ),
    "draws random bases": (
        dict(
            type="LightHamHead",
            **LEVELS,
            ham_channels=8,
            ham_kwargs=dict(MD_R=4),
            norm_cfg=dict(type="GN", num_groups=2),
        ),
        [1, 2, 3],
    ),
    "reads class tokens as well": (
        dict(
            type="DPTHead",
            in_channels=[8] * 4,
            in_index=[0, 1, 2, 3],
            embed_dims=8,
            post_process_channels=[4, 4, 4, 4],
            input_transform="multiple_select",
        ),
        [0, 1, 2, 3],
    ),
}


@pytest.mark.parametrize("peculiarity", PECULIAR)
def test_head__peculiar(peculiarity):
    head, levels = PECULIAR[peculiarity]
    model = Config.fromfile(METHODS / "lcrf.py").model
    for objective in model.objectives.values():
        objective.loss_weight = dict(decode=1.0)
    is_vit = head["type"] == "DPTHead"
    head = dict(dict(channels=8, num_classes=5, norm_cfg=dict(type="SyncBN")), **head)
    model.segmentor = dict(
        type="EncoderDecoder",
        backbone=VIT if is_vit else CONV,
        decode_head=head,
        test_cfg=dict(mode="whole"),
    )
    model = MODELS.build(model).train()
    batch = make_batch(("target",), size=SIZE)
    noisy = model.loss(*batch)
    assert min(lipschitz_terms(noisy)) > 0
    noisy["lipschitz.loss_decode"].backward()
    assert gradient(model.backbone) > 0
    assert gradient(model.decode_head) > 0
    view = model.step(*batch).view("target")
    assert view.levels("decode") == levels

    model.maps["lipschitz"].noise.eps = 0.0
    assert lipschitz_terms(model.loss(*batch)) == [0.0]
    seen = {k: v.clone() for k, v in model.decode_head.named_buffers()}
    view.logits("decode")  # was there before
    view.decode(view.feats, "decode")
    for name, buffer in model.decode_head.named_buffers():
        assert torch.equal(buffer, seen[name]), name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ocrnet_hr18", "segmentation heads 'decode_0'"),
        ("stdc", r"'aux_2' \(STDCHead\) predicts 2 classes, the decode head 19"),
    ],
)
def test_stock_config__that_cannot_work_is_refused_when_built(name, message):
    segmentor = stock(name)
    with torch.device("meta"), pytest.raises((TypeError, ValueError), match=message):
        MODELS.build(
            dict(
                type="UDASegmentor",
                segmentor=segmentor,
                objectives=dict(source=dict(type="Supervised")),
            )
        )


def test_stdc__works_without_its_boundary_head():
    segmentor = stock("stdc")
    segmentor.auxiliary_head = segmentor.auxiliary_head[:2]
    weights = dict(decode=1.0, aux_0=1.0, aux_1=1.0)
    with torch.device("meta"):
        model = MODELS.build(
            dict(
                type="UDASegmentor",
                segmentor=segmentor,
                objectives=dict(source=dict(type="Supervised", loss_weight=weights)),
            )
        )
    assert list(model.segmentor.auxiliary_head[0].loss_decode.state_dict()) == []


def encoder_decoder(**decode_head) -> nn.Module:
    head = dict(
        type="FCNHead",
        in_channels=8,
        channels=4,
        num_convs=1,
        num_classes=2,
        in_index=0,
    )
    backbone = dict(type="ResNet", depth=18, base_channels=4, stem_channels=4)
    return EncoderDecoder(backbone=backbone, decode_head={**head, **decode_head})


class MaskHead(nn.Module):
    align_corners = False
    num_classes = out_channels = 2


def test_check__sigmoid_heads():
    segmentor = encoder_decoder(out_channels=1, threshold=0.5)
    with pytest.raises(ValueError, match="out_channels=1 for 2 classes"):
        check_segmentation_heads(segmentor)


def test_check__heads_that_do_not_tell_their_logits():
    segmentor = encoder_decoder()
    two = [dict(type="CrossEntropyLoss")] * 2
    segmentor.decode_head = MODELS.build(
        dict(
            type="DDRHead",
            in_channels=8,
            channels=4,
            num_classes=2,
            norm_cfg=dict(type="BN"),
            loss_decode=two,
        )
    )
    message = "DDRHead computes its own loss .* define `predict"
    with pytest.raises(TypeError, match=message):
        check_segmentation_heads(segmentor)


def test_check__heads_that_classify_masks():
    segmentor = encoder_decoder()
    segmentor.decode_head = MaskHead()
    with pytest.raises(TypeError, match=r"MaskHead is no BaseDecodeHead.*no logits"):
        check_segmentation_heads(segmentor)


def test_check__other_segmentors():
    class Other(nn.Module):
        decode_head = MaskHead()

    with pytest.raises(TypeError, match="Other is no EncoderDecoder of mmseg"):
        check_segmentation_heads(Other())
