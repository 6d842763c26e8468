"""Each kind of file that holds no weights is told for what it is."""

import os
import pickle
import zipfile

import pytest
import torch
from torch import nn

from mmseg_uda.weights.checkpoints import load_into, load_weights_file
from mmseg_uda.weights.weight_files import check_is_file


class _Call:
    """Pickles as a call of ``os.system``."""

    def __reduce__(self):
        return os.system, ("touch executed",)


def _saved(path, **options):
    torch.save({"w": torch.ones(5000)}, path, **options)
    return path.read_bytes()


def _archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"hello\nthere", r"it is text \('hello'\)"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\x40\x00\x00\x00\x00\x00\x00\x00{}", "safetensors"),
        (b"\x00\x01\x02\x03", "not written by torch.save"),
        (
            pickle.dumps(_Call()),
            r"refers to '(posix|nt)\.system', and code.*never",
        ),
        (pickle.dumps(_Call(), protocol=0), r"'(posix|nt)\.system'.*never executed"),
        (pickle.dumps([1, 2]), "pickle without tensors"),
        (pickle.dumps("x" * 99)[:-9], "truncated"),
    ],
)
def test_load__says_what_the_file_is(tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(
        ValueError, match=rf"a\.pth' as a checkpoint: .*{said}"
    ) as error:
        load_weights_file("a.pth")
    assert str(error.value).endswith((".", ")"))
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("new", [True, False])
def test_load__truncated(tmp_path, new):
    path = tmp_path / "a.pth"
    data = _saved(path, _use_new_zipfile_serialization=new)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=r"it is truncated.*Copy or download it again"):
        load_weights_file(path)


def test_load__changed_bytes(tmp_path):
    path = tmp_path / "a.pth"
    data = bytearray(_saved(path))
    data[5000] ^= 255
    path.write_bytes(data)
    with pytest.raises(ValueError, match="does not match the checksums"):
        load_weights_file(path)


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("content", [{"w": torch.ones(2)}, {"w": _Call()}])
def test_load__newer_pickle_protocol__never_advises_to_execute(
    tmp_path, monkeypatch, new, content
):
    monkeypatch.chdir(tmp_path)
    options = dict(pickle_protocol=4, _use_new_zipfile_serialization=new)
    torch.save(content, "a.pth", **options)
    with pytest.raises(
        ValueError, match=r"protocol 4 or later.*never executed"
    ) as error:
        load_weights_file("a.pth")
    assert "weights_only" not in str(error.value)
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    "odd",
    [
        torch.ones(4).to_sparse(),
        torch.empty(4, device="meta"),
        torch.ones(4, dtype=torch.complex64),
    ],
    ids=["sparse", "meta", "complex"],
)
def test_load__tensors_that_are_no_weights(tmp_path, odd):
    torch.save({"w": torch.ones(4), "odd": odd}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"1 tensors that are .*, e\.g\. odd"):
        load_weights_file(tmp_path / "a.pth")


def test_load__numpy_arrays(tmp_path):
    torch.save({"w": torch.ones(4).numpy()}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"numpy arrays, not tensors: \['w'\]"):
        load_weights_file(tmp_path / "a.pth")


def test_load__other_archives(tmp_path):
    _archive(tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"archive of something else \(a\.txt\)"):
        load_weights_file(tmp_path / "a.pth")
    torch.save(nn.Linear(2, 2), tmp_path / "b.pth")
    with pytest.raises(ValueError, match=r"linear\.Linear' beside weights"):
        load_weights_file(tmp_path / "b.pth")


def test_check_is_file__folder_and_nothing(tmp_path):
    _saved(tmp_path / "iter_4.pth")
    with pytest.raises(ValueError, match=r"--x: .* is a folder; .*iter_4\.pth"):
        check_is_file(tmp_path, "--x")
    with pytest.raises(FileNotFoundError, match=r"--x: the file .* does not exist"):
        check_is_file(tmp_path / "nothing.pth", "--x")


def test_check_is_file__link_to_nothing(tmp_path):
    (tmp_path / "link.pth").symlink_to("gone.pth")
    with pytest.raises(FileNotFoundError, match=r"link\.pth' is a link to 'gone\.pth'"):
        check_is_file(tmp_path / "link.pth")


def test_load_into__refuses_nan_and_leaves_the_model_alone(tmp_path):
    net = nn.Linear(2, 2)
    before = net.weight.clone()
    weights = {**net.state_dict(), "heads.d": torch.zeros(1)}
    weights["bias"] = torch.tensor([0.0, float("nan")])
    torch.save(weights, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"NaN .* in 1 of its 3 tensors, e\.g\. bias"):
        load_into(net, tmp_path / "a.pth", ignore=("heads.*",))
    assert torch.equal(net.weight, before)
