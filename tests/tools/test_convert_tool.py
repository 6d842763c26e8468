"""tools/convert_checkpoint.py: one command from a published file to one of mmseg's."""

import json
import sys
from pathlib import Path

import pytest
import torch
from in_process import call
from mmengine.config import Config
from mmseg.apis import MMSegInferencer

from mmseg_uda.weights.checkpoints import load_checkpoint_file

sys.path.insert(0, str(Path(__file__).parents[1] / "published"))
from published_nets import published_weights

TOOL = "tools/convert_checkpoint.py"


@pytest.fixture
def published(tmp_path):
    path = tmp_path / "published.pth"
    weights = published_weights("concat", norm="gn", use_se=True)
    torch.save({f"module.{name}": w for name, w in weights.items()}, path)
    return path


def test_convert__writes_both_files(published, tmp_path, monkeypatch, capsys):
    out = tmp_path / "new" / "mrnet.pth"
    assert call(monkeypatch, TOOL, published, out) == 0
    printed = capsys.readouterr().out
    report = json.loads(Path(f"{out}.json").read_text())
    content = load_checkpoint_file(out)
    assert {k["to"] for k in report["keys"]} == set(content["state_dict"])
    for key in report["keys"]:
        assert f"{key['from'] or '-'} -> {key['to']} {key['shape']}" in printed
    assert report["config"]["base"] == "configs/mrnet/mrnet_gta.py"
    assert report["families"] == ["Seg-Uncertainty (MRNet, RPLUE)"]
    assert content["meta"]["converted_from"]["sha256"] == report["sha256"]
    assert len(content["meta"]["dataset_meta"]["classes"]) == 19
    assert "--stage-one-checkpoint" in printed.splitlines()[-1]
    assert {p.name for p in out.parent.iterdir()} == {out.name, f"{out.name}.json"}


def test_convert__without_output_only_reports(published, tmp_path, monkeypatch, capsys):
    assert call(monkeypatch, TOOL, published) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [published]


def test_convert__overwrites_only_on_request(published, tmp_path, monkeypatch, capsys):
    out = tmp_path / "a.pth"
    out.write_bytes(b"mine")
    assert call(monkeypatch, TOOL, published, out) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"
    assert call(monkeypatch, TOOL, published, out, "--overwrite") == 0
    before = published.read_bytes()
    assert call(monkeypatch, TOOL, published, published, "--overwrite") == 1
    assert "the file to convert" in capsys.readouterr().err
    assert call(monkeypatch, TOOL, published, tmp_path) == 1
    assert "is a folder" in capsys.readouterr().err
    assert published.read_bytes() == before


def test_convert__legacy_files(tmp_path, monkeypatch, capsys):
    weights, path = published_weights("layer5"), tmp_path / "old.pth"
    torch.save({"state_dict": weights}, path, _use_new_zipfile_serialization=False)
    assert call(monkeypatch, TOOL, path, tmp_path / "a.pth") == 0
    converted = load_checkpoint_file(tmp_path / "a.pth")["state_dict"]
    for name in weights:
        layer = name.replace("layer5.", "decode_head.")
        ours = layer if layer != name else f"backbone.{name}"
        assert torch.equal(converted[ours], weights[name])


class _Touch:
    """Pickles as a call of ``open(path, 'w')``."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("legacy", [False, True])
def test_convert__never_executes_a_file(legacy, tmp_path, monkeypatch, capsys):
    victim, path = tmp_path / "executed", tmp_path / "evil.pth"
    content = {**published_weights("layer5"), "extra": _Touch(victim)}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    assert call(monkeypatch, TOOL, path, tmp_path / "a.pth") == 1
    assert "never executed" in capsys.readouterr().err
    assert not victim.exists()
    assert not (tmp_path / "a.pth").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.pop("layer3.1.conv2.weight"), "layer3.1.conv2.weight"),
        (lambda w: w["conv1.weight"].fill_(float("nan")), "NaN"),
        (
            lambda w: w.update({"layer2.1.conv2.weight": torch.ones(5, 5, 3, 3)}),
            "backbone.layer2.1.conv2.weight: file [5, 5, 3, 3], model [8, 8, 3, 3]",
        ),
    ],
)
def test_convert__damaged_files(change, said, tmp_path, monkeypatch, capsys):
    weights, path = published_weights("two_heads"), tmp_path / "a.pth"
    change(weights)
    torch.save(weights, path)
    assert call(monkeypatch, TOOL, path, tmp_path / "b.pth") == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert list(tmp_path.iterdir()) == [path]


def test_convert__result_is_what_mmsegs_inferencer_takes(
    published, tmp_path, monkeypatch, capsys
):
    assert call(monkeypatch, TOOL, published, tmp_path / "a.pth") == 0
    small = json.loads((tmp_path / "a.pth.json").read_text())["config"]["model"]
    root = Path(__file__).parents[2]
    cfg = Config.fromfile(root / "configs/mrnet/mrnet_gta.py")
    cfg.merge_from_dict({"model": small})
    cfg.model.segmentor.backbone.init_cfg = None
    cfg.dump(str(tmp_path / "config.py"))
    inferencer = MMSegInferencer(
        str(tmp_path / "config.py"), str(tmp_path / "a.pth"), device="cpu"
    )
    image = torch.randint(0, 255, (40, 60, 3)).byte().numpy()
    assert inferencer(image, show=False)["predictions"].shape == (40, 60)
    assert inferencer.model.dataset_meta["classes"][0] == "road"


def test_convert__quiet_prints_the_conclusion_only(published, monkeypatch, capsys):
    assert call(monkeypatch, TOOL, published, "--quiet") == 0
    printed = capsys.readouterr().out
    assert " -> " not in printed
    assert "Recognised: Seg-Uncertainty" in printed
