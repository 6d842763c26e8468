"""Errors name weights as they stand in the files."""

import pytest
from helpers import tiny_segmentor
from mmseg.registry import MODELS

from mmseg_uda.weights.checkpoints import compare_with_model, load_weights


def test_compare__names_of_the_files_not_of_the_wrapper():
    model = MODELS.build(
        dict(
            type="UDASegmentor",
            segmentor=tiny_segmentor(aux=False),
            objectives=dict(source=dict(type="Supervised")),
        )
    )
    weights = model.state_dict()
    taken, *_ = (name for name in weights if name.startswith("decode_head."))
    first = "backbone.layer1.0.conv1.weight"
    weights["neck.foo"] = weights.pop(taken)
    weights[first] = weights[first][:1]
    report = compare_with_model(model, weights)
    assert report.missing == [taken]
    assert report.unexpected == ["neck.foo"]
    assert list(report.wrong_shape) == [first]
    with pytest.raises(ValueError, match=r"neck\.foo") as caught:
        load_weights(model, weights, "a.pth")
    assert "segmentor.neck" not in str(caught.value)
