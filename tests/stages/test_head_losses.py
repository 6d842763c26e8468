"""Options of heads that only the heads' own, unused losses would look at."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_uda.stages import StageError
from mmseg_uda.stages.checks.head_losses import check_head_losses

STOCK = Path(find_spec("mmseg").submodule_search_locations[0], ".mim/configs/_base_")
# refused for what they are, or not to be read without other packages
NOT_WRAPPED = ("pointrend", "san_", "vpd", "fpn_poolformer", "upernet_convnext")
CE = {"type": "CrossEntropyLoss", "use_sigmoid": False, "loss_weight": 1.0}
OHEM = {"type": "OHEMPixelSampler", "thresh": 0.7, "min_kept": 100}


def check(segmentor, kind="UDASegmentor"):
    objectives = dict(adv=dict(type="Adversarial"), source=dict(type="Supervised"))
    return check_head_losses(
        dict(type=kind, segmentor=segmentor, objectives=objectives)
    )


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (
            dict(loss_decode=CE | dict(class_weight=[1.0, 5.0])),
            r"class_weight=\[1\.0, 5\.0\]: model\.objectives\.source\.class_balance"
            r"=dict\(num_classes=\.\.\.\)",
        ),
        (dict(loss_decode=CE | dict(loss_weight=2.0)), r"source\.loss_weight"),
        (dict(loss_decode=CE | dict(avg_non_ignore=True)), "average='valid'"),
        (dict(loss_decode=CE | dict(use_sigmoid=True)), "softmax"),
        (dict(loss_decode=CE | dict(own=1)), "no objective does that"),
        (dict(loss_decode=dict(type="DiceLoss")), "DiceLoss: no objective does that"),
        (dict(loss_decode=dict(type="LovaszLoss", reduction="none")), "LovaszLoss"),
        (dict(loss_decode=dict(type="FocalLoss")), r"source\.focal_gamma=2\.0"),
        (dict(loss_decode=dict(type="OhemCrossEntropy")), r"keep_hardest=0\.2"),
        (
            dict(loss_decode=[CE, dict(type="mmseg.DiceLoss")]),
            r"CrossEntropyLoss \+ DiceLoss: model\.objectives\.source is one; no obj",
        ),
        (dict(sampler=OHEM), r"decode_head\.sampler=.*source\.keep_hardest"),
        (dict(ignore_index=0), r"ignore_index=0: label_map=\{0: 255\}"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_check_head_losses__chosen_by_the_user(head, said, listed):
    segmentor = dict(decode_head=head)
    if listed:
        segmentor = dict(decode_head={}, auxiliary_head=[{}, head])
        said = said.replace("decode_head", r"auxiliary_head\.1")
    with pytest.raises(StageError, match=said):
        check(segmentor)


def test_check_head_losses__all_that_is_chosen_is_listed():
    head = dict(sampler=OHEM, loss_decode=CE | dict(class_weight=[1.0, 2.0]))
    with pytest.raises(StageError, match=r"(?s)decode_head\.sampler.*class_weight"):
        check(dict(decode_head=head))


def test_check_head_losses__files_of_mmseg_as_they_come():
    notes = {}
    for path in sorted((STOCK / "models").glob("*.py")):
        if path.stem.startswith(NOT_WRAPPED):
            continue
        segmentor = Config.fromfile(path).model
        if path.stem == "stdc":
            segmentor.auxiliary_head = segmentor.auxiliary_head[:2]
        notes[path.stem] = check(segmentor)
    assert len(notes) > 40
    assert {name: len(told) for name, told in notes.items() if told} == {
        "cgnet": 1,
        "fast_scnn": 3,
        "stdc": 3,
    }
    # the same values in another network, or others in this one, are chosen
    cgnet = Config.fromfile(STOCK / "models" / "cgnet.py").model
    cgnet.decode_head.loss_decode.class_weight[0] = 1.0
    with pytest.raises(StageError, match=r"class_weight=\[1\.0, 6\.7"):
        check(cgnet)


def test_check_head_losses__a_plain_segmentor_uses_its_own():
    assert check(dict(decode_head=dict(sampler=OHEM)), "EncoderDecoder") == []
