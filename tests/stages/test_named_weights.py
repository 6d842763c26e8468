"""Weight files that configs name are there before anything is trained."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.run.fetch_weights import fetch_weights
from mmseg_uda.stages.run.outlook import Outlook
from mmseg_uda.stages.run.preflight import check_stages
from mmseg_uda.stages.training import train
from mmseg_uda.stages.weights.given_weights import given_weights
from mmseg_uda.stages.weights.named_weights import (
    check_named_weights,
    drop_overwritten,
    fetch_named_weights,
    named_weights,
)

LEAF = Path(__file__).parents[2] / "configs" / "source_only" / "source_only_gta.py"
ADDRESS = "https://example.org/a/net-1.pth?download=1"


def init(file):
    return {"type": "Pretrained", "checkpoint": str(file)}


def model(file="absent.pth"):
    """A model in which every part names a file."""
    return Config(
        dict(
            model=dict(
                type="UDASegmentor",
                segmentor=dict(
                    init_cfg=[dict(type="Normal"), init(file)],
                    backbone=dict(init_cfg=init(file), depth=18),
                    decode_head=dict(init_cfg=init(file)),
                    auxiliary_head=[dict(pretrained=str(file))],
                ),
                heads=dict(d=dict(type="Own", checkpoint=str(file))),
            )
        )
    )


KEYS = [
    "model.segmentor.init_cfg.1.checkpoint",
    "model.segmentor.backbone.init_cfg.checkpoint",
    "model.segmentor.decode_head.init_cfg.checkpoint",
    "model.segmentor.auxiliary_head.0.pretrained",
    "model.heads.d.checkpoint",
]


def test_named_weights__of_every_part():
    assert [weights.key for weights in named_weights(model())] == KEYS


def test_named_weights__a_name_of_a_library_is_no_file():
    given = dict(model=dict(backbone=dict(pretrained="facebook/dinov2-base"), a=True))
    assert not list(named_weights(given))


@pytest.mark.parametrize("key", KEYS)
def test_check_named_weights__names_the_key(tmp_path, key):
    there = tmp_path / "there.pth"
    there.write_bytes(b"x")
    cfg = model(there)
    check_named_weights(cfg)
    cfg.merge_from_dict({key: str(tmp_path / "thre.pth")})
    with pytest.raises(StageError, match=f"{key}: .*not exist.*mean 'there.pth'"):
        check_named_weights(cfg)


def test_check_named_weights__home_and_a_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.pth").write_bytes(b"x")
    check_named_weights(model("~/a.pth"))
    with pytest.raises(StageError, match=r"is a folder.*a\.pth"):
        check_named_weights(model("~"))


def test_check_named_weights__relative_to_the_config(tmp_path, monkeypatch):
    (tmp_path / "own.pth").write_bytes(b"x")
    (tmp_path / "leaf.py").write_text(f"model = {model('own.pth').model.to_dict()}")
    cfg = Config.fromfile(tmp_path / "leaf.py")
    monkeypatch.chdir(tmp_path)
    check_named_weights(cfg)
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(StageError, match=r"own\.pth: a path in a config counts from"):
        check_named_weights(cfg)


def test_fetch_named_weights__addresses_become_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    fetched = []

    def fetch(url, path, *_):
        fetched.append(url)
        Path(path).write_bytes(b"x")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    cfg = model(ADDRESS)
    fetch_named_weights(cfg)
    file = tmp_path / "hub" / "checkpoints" / "net-1.pth"
    assert fetched == [ADDRESS]
    assert {weights.file for weights in named_weights(cfg)} == {str(file)}


def test_fetch_named_weights__offline(tmp_path, monkeypatch):
    def fetch(*_):
        raise OSError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    with pytest.raises(ValueError, match=rf"no route to host.*set {KEYS[0]} to the f"):
        fetch_named_weights(model(ADDRESS))


@pytest.mark.parametrize("file", ["mmcls://x", "open-mmlab://resnet50_caffe"])
def test_fetch_named_weights__addresses_of_mmengine_alone(file):
    cfg = model(file)
    fetch_named_weights(cfg)
    assert cfg.to_dict() == model(file).to_dict()


@pytest.mark.parametrize("scheme", ["torchvision", "open-mmlab"])
def test_fetch_named_weights__of_a_name_that_is_unknown(scheme, monkeypatch):
    monkeypatch.setattr(f"{fetch_named_weights.__module__}.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=f"{scheme} has no weights named 'resnt'"):
        fetch_named_weights(model(f"{scheme}://resnt"))


def test_drop_overwritten__keeps_what_is_not_overwritten():
    of_another, of_itself = model(), model()
    drop_overwritten(of_another, resumes=False)
    assert [weights.key for weights in named_weights(of_another)] == KEYS[-1:]
    of_itself.model.heads.d = dict(init_cfg=init("a.pth"))
    drop_overwritten(of_itself, resumes=True)
    assert not list(named_weights(of_itself))
    untouched = Config(dict(model=dict(backbone=dict(init_cfg=dict(type="Normal")))))
    before = untouched.to_dict()
    drop_overwritten(untouched, resumes=True)
    assert untouched.to_dict() == before


def outlook(tmp_path, **options):
    options = {"model.segmentor.backbone.init_cfg": None, **options}
    run = Resolver(Request(LEAF, work_dir=tmp_path / "run", options=options))
    return Outlook(run, run.stages)


@pytest.mark.parametrize("file", ["absent.pth", "absent", "weights/absent.bin"])
def test_load_from__of_a_config_that_is_absent(tmp_path, file):
    with pytest.raises(StageError, match=rf"load_from: the file '{file}' does not e"):
        check_stages(outlook(tmp_path, load_from=file))


def test_load_from__that_is_absent_is_no_stage(tmp_path):
    run = outlook(tmp_path, load_from="absent.pth")
    with pytest.raises(StageError) as caught:
        check_stages(run)
    assert "restart-from" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"load_from": 3}, "load_from must be a weight file or None, got 3"),
        ({"load_from": "s3://a/b.pth"}, "fetched from http.*got 's3://a/b.pth'"),
    ],
)
def test_load_from__that_is_no_file(tmp_path, options, expected):
    with pytest.raises(StageError, match=expected):
        fetch_weights(outlook(tmp_path, **options))


def test_load_from__with_resume(tmp_path):
    run = outlook(tmp_path, load_from="a.pth")
    cfg = run.config(run.stages[0])
    cfg.resume = True
    with pytest.raises(StageError, match="takes from load_from the weights alone"):
        given_weights(run.stages[0], cfg)


def test_load_from__an_address(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(
        torch.hub,
        "download_url_to_file",
        lambda url, path, *_: torch.save({"a": torch.zeros(1)}, path),
    )
    run = outlook(tmp_path, load_from=ADDRESS)
    fetch_weights(run)
    file = tmp_path / "hub" / "checkpoints" / "net-1.pth"
    assert run.weights(run.stages[0]) == file
    assert not run.is_pretrained(run.stages[0])


def test_fetch_weights__finds_what_is_absent_in_the_network(tmp_path):
    key = "model.segmentor.decode_head.init_cfg"
    with pytest.raises(StageError, match=f"{key}.checkpoint: the file 'a.pth' does"):
        fetch_weights(outlook(tmp_path, **{key: init("a.pth")}))


def test_fetch_weights__says_which_load_from_counts_for_nothing(tmp_path, capsys):
    (tmp_path / "own.py").write_text(
        f"_base_ = {str(LEAF)!r}\nload_from = 'mine.pth'\nstages = dict("
        f"one=dict(type='TrainStage', config={str(LEAF)!r}), "
        "two=dict(type='TrainStage', load_from='one'))"
    )
    options = {"model.segmentor.backbone.init_cfg": None}
    run = Resolver(Request(tmp_path / "own.py", tmp_path / "run", options))
    fetch_weights(Outlook(run, run.stages))
    said = capsys.readouterr().out
    assert said == (
        "two: warning: load_from='mine.pth' of its config counts for nothing, since "
        "the stage starts from 'one'\n"
    )


def test_run_train_stage__needs_no_torchvision_for_its_addresses(tmp_path, monkeypatch):
    class Started(Exception):  # noqa: N818
        pass

    def start(cfg):
        raise Started([weights.file for weights in named_weights(cfg)])

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(train, "find_spec", lambda _: None)
    monkeypatch.setattr(train.StageRunner, "from_cfg", start)
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    cfg = model("torchvision://resnet18")
    cfg.work_dir = str(tmp_path / "run" / "train")
    with pytest.raises(Started) as caught:
        train.train(cfg, "train", None, None)
    assert set(caught.value.args[0]) == {str(file)}
