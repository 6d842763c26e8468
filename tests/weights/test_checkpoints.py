"""Reading files safely, and saying what of them fits."""

import hashlib
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from torch import nn

from mmseg_uda.weights.checkpoints import (
    compare_with_model,
    file_hash,
    load_checkpoint_file,
    load_into,
    load_weights_file,
)
from mmseg_uda.weights.published import to_mmseg_names


def _net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(2, 2))


class _Touch:
    """Pickles as a call of ``open(path, 'w')``."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("legacy", [False, True])
def test_load__malicious_file_is_refused_and_not_executed(tmp_path, legacy):
    victim = tmp_path / "executed"
    payload = {"state_dict": {"a": torch.zeros(1)}, "extra": _Touch(victim)}
    path = tmp_path / "evil.pth"
    torch.save(payload, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(ValueError, match=r"evil\.pth"):
        load_weights_file(path)
    assert not victim.exists()
    pickle.loads(pickle.dumps(_Touch(victim)))  # the payload is a live one
    assert victim.exists()


class _Lookup:
    """Pickles as ``getattr(HistoryBuffer, '__init__')``, a way to its globals."""

    def __reduce__(self):
        return getattr, (HistoryBuffer, "__init__")


def test_load__attribute_lookups_are_refused(tmp_path):
    torch.save({"x": _Lookup()}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth"):
        load_checkpoint_file(tmp_path / "a.pth")


def test_load__numpy_of_the_other_generation(tmp_path):
    """numpy 1 wrote ``numpy.core``, numpy 2 writes ``numpy._core``."""
    content = {"w": torch.zeros(1), "best": np.float64(2.5)}
    path = tmp_path / "a.pth"
    torch.save(content, path, _use_new_zipfile_serialization=False)
    ours, other = b"numpy._core.multiarray", b"numpy.core.multiarray"
    data = path.read_bytes()
    path.write_bytes(
        data.replace(ours, other) if ours in data else data.replace(other, ours)
    )
    assert path.read_bytes() != data
    assert load_checkpoint_file(path)["best"] == 2.5


def test_load__refused_file_leaves_no_permissions_behind(tmp_path):
    before = set(torch.serialization.get_safe_globals())
    torch.save({"x": _Touch(tmp_path / "a")}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match="never executed"):
        load_weights_file(tmp_path / "a.pth")
    assert set(torch.serialization.get_safe_globals()) == before


@pytest.mark.parametrize("wrap", [lambda w: w, lambda w: {"state_dict": w, "meta": {}}])
def test_load__plain_and_wrapped_state_dicts(tmp_path, wrap):
    weights = _net().state_dict()
    torch.save(wrap(weights), tmp_path / "a.pth")
    loaded = load_weights_file(tmp_path / "a.pth")
    assert list(loaded) == list(weights)
    assert all(torch.equal(loaded[k], weights[k]) for k in weights)


def test_load__runner_checkpoint(tmp_path):
    """What mmengine's Runner puts beside the weights."""
    hub = OrderedDict(loss=HistoryBuffer([1.0, 2.0], [1, 1]))
    info = dict(best=np.float64(12.5), iter=np.int64(3), ok=np.bool_(True))
    content = dict(
        state_dict=_net().state_dict(),
        message_hub=dict(log_scalars=hub, runtime_info=info),
        meta=dict(seed=np.uint32(1), palette=[[0, 1, 2]], area=np.zeros(3)),
        param_schedulers=[dict(last_step=1, base_values=[0.1])],
    )
    torch.save(content, tmp_path / "iter_2.pth")
    loaded = load_checkpoint_file(tmp_path / "iter_2.pth")
    assert loaded["message_hub"]["log_scalars"]["loss"].mean() == 1.5
    assert loaded["message_hub"]["runtime_info"]["best"] == 12.5


@pytest.mark.parametrize(
    "wrap",
    [
        lambda w: {"net": w, "epoch": 3, "adam": {"state": {0: {"a": w["0.bias"]}}}},
        lambda w: {"model": {"state_dict": w}},
    ],
)
def test_load__weights_under_another_name(tmp_path, wrap):
    weights = _net().state_dict()
    torch.save(wrap(weights), tmp_path / "a.pth")
    assert list(load_weights_file(tmp_path / "a.pth")) == list(weights)


def test_load__several_sets_of_weights(tmp_path):
    weights = dict(_net().state_dict())
    torch.save({"student": weights, "teacher": weights}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"student, teacher.*\['student'\]"):
        load_weights_file(tmp_path / "a.pth")


@pytest.mark.parametrize(
    "content", [b"", b"not a checkpoint", b"PK\x03\x04 cut off here"]
)
def test_load__foreign_files(tmp_path, content):
    path = tmp_path / "broken.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.pth"):
        load_weights_file(path)


def test_load__truncated_file(tmp_path):
    path = tmp_path / "cut.pth"
    torch.save(_net().state_dict(), path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"cut\.pth.*truncated"):
        load_weights_file(path)


@pytest.mark.parametrize(
    ("content", "said"), [({"a": 1}, "no weights"), ([1, 2], "list")]
)
def test_load__files_without_weights(tmp_path, content, said):
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=said):
        load_weights_file(tmp_path / "a.pth")


def test_load__missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth"):
        load_weights_file(tmp_path / "none.pth")


def test_file_hash__is_sha256(tmp_path):
    data = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(data)
    assert file_hash(tmp_path / "a") == hashlib.sha256(data).hexdigest()


def _half(weights):
    weights = dict(weights)
    del weights["0.weight"]
    weights["2.weight"] = torch.zeros(5, 2)
    weights["heads.d.weight"] = torch.zeros(1)
    return weights


def test_compare__names_everything_and_touches_nothing():
    net = _net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    report = compare_with_model(net, _half(before))
    assert report.missing == ["0.weight"]
    assert report.unexpected == ["heads.d.weight"]
    assert report.wrong_shape == {"2.weight": ("[5, 2]", "[2, 2]")}
    assert not report.is_complete
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    assert compare_with_model(net, before).is_complete


def test_compare__respects_the_models_own_translation():
    net = _net()
    net._register_load_state_dict_pre_hook(
        lambda state, *_: [
            state.__setitem__(k[2:], state.pop(k)) for k in list(state) if k[1] == ":"
        ]
    )
    renamed = {f"x:{k}": v for k, v in net.state_dict().items()}
    assert compare_with_model(net, renamed).is_complete


def test_compare__old_files_lack_batch_counters():
    weights = _net().state_dict()
    del weights["1.num_batches_tracked"]
    assert compare_with_model(_net(), weights).is_complete


def test_load_into__partial_match_raises_and_loads_nothing(tmp_path):
    net = _net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    other = {k: v + 1 for k, v in _half(before).items()}
    torch.save(other, tmp_path / "half.pth")
    with pytest.raises(ValueError, match="only in part") as error:
        load_into(net, tmp_path / "half.pth")
    for part in ("half.pth", "0.weight", "heads.d.weight", "file [5, 2], model [2, 2]"):
        assert part in str(error.value)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


def test_load_into__partial_on_request(tmp_path):
    net = _net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    other = {k: v + 1 for k, v in _half(before).items()}
    torch.save(other, tmp_path / "half.pth")
    report = load_into(net, tmp_path / "half.pth", allow_partial=True)
    assert not report.is_complete
    counts = dict(fitting=6, missing=1, unexpected=1, wrong_shape=1)
    assert report.counts == counts
    assert torch.equal(net[0].bias, before["0.bias"] + 1)
    assert torch.equal(net[0].weight, before["0.weight"])


def test_load_into__nothing_fits_even_in_part(tmp_path):
    net = _net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    weights = {"0.weight": torch.ones(1), "1.num_batches_tracked": torch.tensor(9)}
    torch.save(weights, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"nothing in '.*other\.pth' fits Sequential"):
        load_into(net, tmp_path / "other.pth", allow_partial=True)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


def test_load_into__ignored_names_may_differ(tmp_path):
    net, weights = _net(), _net().state_dict()
    weights["heads.d.weight"] = torch.zeros(1)
    torch.save({"state_dict": weights}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"heads\.d"):
        load_into(net, tmp_path / "a.pth")
    assert load_into(net, tmp_path / "a.pth", ignore=["heads.*"]).is_complete


def test_load_into__long_lists_are_cut_and_counted(tmp_path):
    torch.save({f"w{i}": torch.zeros(1) for i in range(50)}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"\(50\)") as error:
        load_into(_net(), tmp_path / "a.pth")
    assert "and 30 more" in str(error.value)


def test_load_into__says_what_a_file_of_another_kind_is(tmp_path):
    weights = {"0.weight": torch.ones(8, 3, 4, 4), "1.weight": torch.ones(1, 8, 4, 4)}
    torch.save(weights, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"only in part.*\n(.|\n)*a discriminator"):
        load_into(_net(), tmp_path / "a.pth")


def _named(*names):
    return {name: torch.zeros(1) for name in names}


def test_published_names__two_heads():
    weights = _named(
        "module.conv1.weight",
        "module.layer4.0.bn1.bias",
        "module.layer5.head.1.weight",
        "module.layer6.bottleneck.0.se.0.weight",
    )
    assert set(to_mmseg_names(weights)) == {
        "backbone.conv1.weight",
        "backbone.layer4.0.bn1.bias",
        "auxiliary_head.head.1.weight",
        "decode_head.bottleneck.0.se.0.weight",
    }


def test_published_names__single_head_is_the_main_one():
    weights = _named("conv1.weight", "layer5.conv2d_list.0.weight")
    assert "decode_head.conv2d_list.0.weight" in to_mmseg_names(weights)


def test_published_names__mmseg_layout_is_left_alone():
    weights = _named("backbone.conv1.weight", "decode_head.conv_seg.weight")
    assert to_mmseg_names(weights) == weights
