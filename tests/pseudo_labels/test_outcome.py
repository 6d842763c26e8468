"""What is said of pseudo-labels once they are made."""

import re
from pathlib import Path

import numpy as np
import pytest
from helpers import on_toycity
from PIL import Image

from mmseg_uda.pseudo_labels import outcome_line, outcome_warnings
from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.kinds import pseudo_label
from mmseg_uda.stages.run.inputs import Inputs
from mmseg_uda.stages.run.stage_run import StageRun

FLAGSHIP = Path(__file__).parents[2] / "configs" / "lcrf" / "mrnet_lcrf_gta.py"


def report(kept, predicted=(600, 300, 100, 0)):
    """Report on four classes; ``kept`` pixels of each are labelled as predicted."""
    names = ("road", "sky", "rider", "train")
    return {
        "rule": {"type": "GlobalThreshold", "threshold": 0.9},
        "num_images": 5,
        "kept_share": sum(kept) / sum(predicted),
        "per_class": {
            name: {
                "predicted": p,
                "kept": k,
                "kept_share": k / p if p else None,
                "labelled": k,
            }
            for name, p, k in zip(names, predicted, kept, strict=True)
        },
    }


@pytest.fixture
def folder(tmp_path):
    """Two confidence images, the higher one at 51 / 255 = 0.2."""
    for name, value in (("a", 51), ("b/c", 20)):
        path = tmp_path / "confidence" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((2, 3), value, np.uint8)).save(path)
    return tmp_path


def test_outcome_line__share_of_each_class():
    assert outcome_line(report((300, 100, 0, 0))) == (
        "5 images, 40 % of the pixels kept; % kept of the pixels predicted as road 50, "
        "sky 33.3, rider 0; never predicted: train"
    )


def test_outcome_line__of_one_image():
    said = outcome_line({**report((600, 300, 100, 0)), "num_images": 1})
    assert said.startswith("1 image, 100 % of")


def test_outcome_line__all_kept_needs_no_list():
    said = outcome_line(report((600, 300, 100, 0)))
    assert said == "5 images, 100 % of the pixels kept; never predicted: train"


RULE = r"GlobalThreshold\(threshold=0\.9\)"
NEVER = r"train: never predicted, so nothing is learned of it .* for longer"
ALONE = r"of 4 classes road alone is left in the labels of 5 images"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ((600, 300, 100, 0), [NEVER]),
        ((600, 300, 1, 0), [NEVER]),
        ((600, 1, 0, 0), [NEVER, f"{RULE} keeps no pixel of rider"]),
        ((600, 0, 0, 0), [ALONE, NEVER, f"{RULE} keeps no pixel of sky, rider"]),
        ((3, 2, 1, 0), [f"{RULE} keeps only 0.6 % of the pixels", NEVER]),
        ((0, 0, 0, 0), [f"{RULE} keeps no pixel of 5 images.* is 0.20 at most"]),
    ],
)
def test_outcome_warnings(folder, kept, said):
    warnings = outcome_warnings(report(kept), folder)
    assert len(warnings) == len(said)
    for warning, pattern in zip(warnings, said, strict=True):
        assert re.match(pattern, warning)


def test_outcome_warnings__all_classes_there(folder):
    assert outcome_warnings(report((9, 9, 9, 9), (9, 9, 9, 9)), folder) == []


def measured(mean, below, nearly_one):
    numbers = dict(pixels=9, mean=mean, below_half_share=below)
    about = dict(weight="exp(-m_decode)", to_enlarge="noise.eps (now 0.5) of map 'm'")
    decode = {**about, **numbers, "nearly_one_share": nearly_one}
    return {"weights": {"by_objective": {"pseudo": {"decode": decode}}}}


def test_outcome__weights_that_work(folder):
    good = report((9, 9, 9, 9), (9, 9, 9, 9)) | measured(0.93125, 0.05, 0.4)
    said = "; weight exp(-m_decode): mean 0.9313, below 0.5 on 5 % of the pixels"
    assert outcome_line(good).endswith(said)
    assert outcome_warnings(good, folder) == []


def test_outcome__weights_that_do_nothing(folder):
    idle = report((9, 9, 9, 9), (9, 9, 9, 9)) | measured(0.9998, 0.0, 0.9995)
    (warning,) = outcome_warnings(idle, folder)
    assert re.search(r"weight of 'pseudo' does nothing: exp\(-m_decode\)", warning)
    assert warning.endswith("To wake it, raise noise.eps (now 0.5) of map 'm'")


def test_outcome__weights_that_drown_the_labels(folder):
    all_there = report((9, 9, 9, 9), (9, 9, 9, 9))
    (warning,) = outcome_warnings(all_there | measured(0.25, 0.9, 0.0), folder)
    assert re.search(
        r"'pseudo' takes most .* \(exp\(-m_decode\): mean 0\.2500, below 0\.5 on 90 % "
        r".*lower noise\.eps \(now 0\.5\) of map 'm'$",
        warning,
    )
    assert outcome_warnings(all_there | measured(0.4, 0.89, 0.0), folder) == []


def run_stage(folder, monkeypatch, kept, toy=False):
    resolver = Resolver(Request(FLAGSHIP, work_dir=folder, **on_toycity(toy)))
    made = report(kept)
    monkeypatch.setattr(pseudo_label, "run_pseudo_label_stage", lambda *_, **__: made)
    monkeypatch.setattr(resolver, "folder", lambda _: folder)
    stage = resolver.find("pseudo_labels")
    cfg = resolver.stage_config(stage)
    inputs = Inputs(folder / "x.pth")
    stage.run(StageRun(resolver, stage, cfg, inputs, None, {}))


def test_stage__stops_the_run_if_nothing_is_kept(folder, monkeypatch, capsys):
    with pytest.raises(StageError) as caught:
        run_stage(folder, monkeypatch, (0, 0, 0, 0))
    caught.match(r"'pseudo_labels': .*nothing to learn from.*pseudo_labels\.rule\.\.\.")
    caught.match("--restart-from pseudo_labels, .*--restart-from stage_one")
    assert "pseudo_labels: 5 images, 0 % of" in capsys.readouterr().out


def test_stage__goes_on_with_nothing_on_toycity(folder, monkeypatch, capsys):
    run_stage(folder, monkeypatch, (0, 0, 0, 0), toy=True)
    warning = capsys.readouterr().out.splitlines()[-1]
    assert "learns nothing. Without --toy the run would stop here." in warning


def test_stage__stops_the_run_if_one_class_is_left(folder, monkeypatch, capsys):
    with pytest.raises(StageError, match=f"{ALONE}.*nothing to learn from"):
        run_stage(folder, monkeypatch, (600, 0, 0, 0))
    run_stage(folder, monkeypatch, (600, 0, 0, 0), toy=True)
    warning = capsys.readouterr().out.splitlines()[-1]
    assert re.search(f"{ALONE}.*Without --toy the run would stop here", warning)


def test_stage__says_what_was_kept(folder, monkeypatch, capsys):
    run_stage(folder, monkeypatch, (600, 0, 100, 0))
    line, never, warning = capsys.readouterr().out.splitlines()
    assert line.startswith("pseudo_labels: 5 images, 70 % of the pixels kept; ")
    assert re.search(f"pseudo_labels: warning: {NEVER}", never)
    assert warning.startswith("pseudo_labels: warning: ")
    assert "keeps no pixel of sky:" in warning
