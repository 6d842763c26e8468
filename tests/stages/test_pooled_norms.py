"""Heads that pool to one pixel, on batches of one image a domain."""

import pytest
from helpers import NUM_CLASSES, make_batch, tiny_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.pooled_norms import check_pooled_norms

BN = dict(type="BN", requires_grad=True)
PSP = dict(
    type="PSPHead",
    in_channels=32,
    in_index=1,
    channels=8,
    pool_scales=(1, 2),
    num_classes=NUM_CLASSES,
    norm_cfg=BN,
    align_corners=False,
)
ASPP = dict(PSP, type="ASPPHead", dilations=(1, 2))
del ASPP["pool_scales"]
FCN = dict(PSP, type="FCNHead")
del FCN["pool_scales"]


def build(head, aux=None, **more):
    segmentor = tiny_segmentor(decode_head=head, auxiliary_head=aux)
    seg_heads = dict(decode=1.0, aux=1.0) if aux else 1.0
    objective = dict(type="Supervised", loss_weight=seg_heads)
    model = dict(segmentor=segmentor, objectives=dict(source=objective), **more)
    return MODELS.build(dict(type="UDASegmentor", **model))


def config(**counts):
    return Config(dict(train_dataloader=dict(sampler=dict(samples_per_domain=counts))))


@pytest.mark.parametrize("head", [PSP, ASPP])
def test_check_pooled_norms__what_training_fails_on(head):
    model = build(head).train()
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        model.loss(*make_batch(("source",), num_images=1, size=(64, 64)))
    said = r"segmentor\.decode_head\..*bn is a batch norm .* source a batch holds one"
    with pytest.raises(StageError, match=said):
        check_pooled_norms(model, config(source=1, target=2))
    assert model.training


def test_check_pooled_norms__what_works():
    model = build(PSP)
    check_pooled_norms(model, config(source=2, target=1))  # target is not looked at
    check_pooled_norms(model, config())
    check_pooled_norms(build(FCN), config(source=1))
    group = dict(PSP, norm_cfg=dict(type="GN", num_groups=4))
    check_pooled_norms(build(group), config(source=1))
    check_pooled_norms(None, config(source=1))


def test_check_pooled_norms__of_one_process_as_in_files_of_mmseg():
    sync = dict(PSP, norm_cfg=dict(type="SyncBN", requires_grad=True))
    with pytest.raises(StageError, match="decode_head"):
        check_pooled_norms(build(sync), config(source=1))


def test_check_pooled_norms__of_an_auxiliary_head():
    with pytest.raises(StageError, match=r"auxiliary_head\.psp_modules"):
        check_pooled_norms(build(FCN, aux=PSP), config(source=1))
