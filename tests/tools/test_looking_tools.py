"""describe_method.py and check_data.py: options reach the stages they name."""

import json
import os
import subprocess
import sys

import pytest
from in_process import ROOT, call

DESCRIBE, CHECK = "tools/describe_method.py", "tools/check_data.py"
FLAGSHIP = ROOT / "configs" / "lcrf" / "mrnet_lcrf_gta.py"
PATCHALIGN = ROOT / "configs" / "patchalign" / "patchalign_gta.py"
LAMBDA = "model.segmentor.aux_weight=0.25"


def described(monkeypatch, capsys, *options):
    assert call(monkeypatch, DESCRIBE, FLAGSHIP, "--json", *options) == 0
    return json.loads(capsys.readouterr().out)["stages"]


def test_describe__options_for_one_stage_and_for_all(monkeypatch, capsys):
    one = described(monkeypatch, capsys, "--cfg-options", f"stage_two.{LAMBDA}")
    assert list(one) == ["stage_one", "pseudo_labels", "stage_two"]
    assert one["stage_one"]["fused"].endswith("0.5 * aux")
    assert one["stage_two"]["fused"].endswith("0.25 * aux")
    rule = ["pseudo_labels.rule.type=GlobalThreshold", "pseudo_labels.rule.threshold=1"]
    rule.append("pseudo_labels.rule.portion=None")  # of the rule that the config has
    every = described(monkeypatch, capsys, "--cfg-options", LAMBDA, *rule)
    assert every["stage_one"]["fused"].endswith("0.25 * aux")
    assert every["stage_two"]["fused"].endswith("0.25 * aux")
    assert every["pseudo_labels"]["rule"] == {"type": "GlobalThreshold", "threshold": 1}


@pytest.mark.parametrize("tool", [DESCRIBE, CHECK])
@pytest.mark.parametrize(
    ("option", "code", "said"),
    [
        ("modle.x=1", 1, "'modle' is neither a stage of this config"),
        ("stage_tow.x=1", 1, "Did you mean 'stage_two'?"),
        ("segmentor.pretrained=x", 1, "would change nothing"),
        ("stage_two.test_pipeline=[]", 1, "would change nothing"),
        ("stage_two=1", 1, "'stage_two' is a stage; say what to set in it"),
        ("pseudo_labels.rul.type=KeepAll", 1, "Did you mean 'rule'?"),
        ("train_cfg", 2, "takes KEY=VALUE pairs, such as"),
        ("a=[1,2", 2, "a=[1,2: cannot read the value"),
    ],
)
def test_tools__options_that_belong_nowhere(
    monkeypatch, capsys, tool, option, code, said
):
    assert call(monkeypatch, tool, FLAGSHIP, "--cfg-options", option) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_describe__what_cannot_be_built_or_described(monkeypatch, tmp_path, capsys):
    for option in ("model.objctives.x=1", "pseudo_labels.rule.type=KeepSome"):
        assert call(monkeypatch, DESCRIBE, FLAGSHIP, "--cfg-options", option) == 1
        name = option.split("=")[-1] if "rule" in option else "objctives"
        assert name in capsys.readouterr().err
    plain = tmp_path / "plain.py"
    plain.write_text("model = dict(type='SegDataPreProcessor')\n")
    assert call(monkeypatch, DESCRIBE, plain) == 1
    assert "cannot describe a SegDataPreProcessor" in capsys.readouterr().err


def test_describe__stage_that_finds_regions(monkeypatch, capsys):
    assert call(monkeypatch, DESCRIBE, PATCHALIGN, "--json") == 0
    stages = json.loads(capsys.readouterr().out)["stages"]
    assert stages["patch_modes"]["rule"]["num_modes"] == 50
    losses = {term["objective"]: term["loss"] for term in stages["train"]["terms"]}
    told = "softmax(h_patch(p_decode(x_{})))"
    assert losses["patch_modes"] == f"CE( {told}, patch_modes(y_source) )".format(
        "source"
    )
    fooled = f"BCE( d_patch({told}), source )".format("target")
    assert losses["adversarial_patch"] == fooled
    learnt = stages["train"]["discriminator_terms"][1]["loss"]
    assert learnt.count("stop_grad[softmax(h_patch(p_decode(x_") == 2
    wrong = "patch_modes.rule.type=PatchMode"
    assert call(monkeypatch, DESCRIBE, PATCHALIGN, "--cfg-options", wrong) == 1
    assert "Did you mean 'PatchModes'?" in capsys.readouterr().err


def test_check_data__regions_that_a_stage_will_find(monkeypatch, toy_root, capsys):
    roots = ["--source-root", toy_root / "gta5"]
    roots += ["--target-root", toy_root / "cityscapes"]
    assert call(monkeypatch, CHECK, PATCHALIGN, *roots) == 0
    assert "source" in capsys.readouterr().out
    # a folder that is named must be finished
    node = "train_dataloader.dataset.domains.source.pipeline.4.region_dir"
    wrong = f"{node}={toy_root}"
    assert call(monkeypatch, CHECK, PATCHALIGN, *roots, "--cfg-options", wrong) == 1
    assert "holds no finished regions" in capsys.readouterr().err


def test_check_data__decodes_what_is_new_unless_told(
    monkeypatch, toy_root, capsys, tmp_path
):
    monkeypatch.setenv("MMSEG_UDA_CACHE", str(tmp_path))
    monkeypatch.setattr("mmseg_uda.datasets.checks.decoded_before._SETTLED", 0.0)
    roots = ["--source-root", toy_root / "gta5"]
    roots += ["--target-root", toy_root / "cityscapes"]
    said = []
    for more in ([], [], ["--anew"]):
        assert call(monkeypatch, CHECK, FLAGSHIP, *roots, *more) == 0
        said.append(capsys.readouterr().out)
    table = said[0].split("\n+-")[0]
    assert all(text.startswith(table) for text in said)
    known = "of the samples were decoded by an earlier call and have not changed since"
    assert [known in text for text in said] == [False, True, False]
    assert f"({tmp_path / 'checked_files'}); --anew decodes them again" in said[1]


def test_check_data__every_stage_and_its_own_options(monkeypatch, toy_root, capsys):
    roots = ["--source-root", toy_root / "gta5"]
    roots += ["--target-root", toy_root / "cityscapes"]
    assert call(monkeypatch, CHECK, FLAGSHIP, *roots) == 0
    printed = capsys.readouterr().out
    assert "stage_one, stage_two |  val" in printed
    cells = printed.split("shares of")[0].split()
    # as MRNet's crops are, and as those of stage two
    assert (cells.count("source"), cells.count("target")) == (2, 2)
    wrong = "stage_one.train_dataloader.batch_size=7"
    assert call(monkeypatch, CHECK, FLAGSHIP, *roots, "--cfg-options", wrong) == 1
    assert "batch_size is 7, but" in capsys.readouterr().err


def test_check_data__nothing_to_check(monkeypatch, capsys):
    runtime = ROOT / "configs" / "_base_" / "default_runtime.py"
    assert call(monkeypatch, CHECK, runtime) == 1
    assert "no train_, val_ or test_dataloader to check" in capsys.readouterr().err


def test_describe__how_pseudo_labels_are_chosen(monkeypatch, capsys):
    rst = ROOT / "configs" / "mlan" / "cr_al_rst_gta.py"
    assert call(monkeypatch, DESCRIBE, rst) == 0
    printed = capsys.readouterr().out
    told = (
        "y_target = argmax_c { p_c : p_c * multi_decode >= t_c }, none if there is no"
    )
    assert f"map=multi)) ==\n{told}" in printed
    assert "  multi_decode = product( region_decode, image_decode )" in printed
    assert call(monkeypatch, DESCRIBE, rst, "--json") == 0
    stage = json.loads(capsys.readouterr().out)["stages"]["pseudo_labels"]
    assert stage["equation"].startswith(told)
    assert stage["maps"]["image_decode"].startswith("1 - log P( source")
    wrong = "pseudo_labels.rule.map=mult"
    assert call(monkeypatch, DESCRIBE, rst, "--cfg-options", wrong) == 1
    assert "map 'mult'" in capsys.readouterr().err


def test_describe__names_the_stage_that_translates(monkeypatch, capsys):
    bdl = ROOT / "configs" / "bdl" / "bdl_gta.py"
    assert call(monkeypatch, DESCRIBE, bdl) == 0
    printed = capsys.readouterr().out
    assert "TranslateStage(checkpoint=translators, generator=g_st)" in printed
    assert "with segmentor held fixed" in printed
    wrong = "translate.generator=g_t"
    assert call(monkeypatch, DESCRIBE, bdl, "--cfg-options", wrong) == 1
    assert "no head 'g_t' to translate with" in capsys.readouterr().err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_describe__into_a_pipe_that_is_closed(unbuffered):
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, DESCRIBE, str(FLAGSHIP)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert "Error" not in said
