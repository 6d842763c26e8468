"""A real run, killed in its last stage and then finished, as its page tells it."""

import sys

import pytest
from toy_runs import ROOT, arguments, run, train, train_until

from mmseg_uda.reporting import read_run, view_of

pytestmark = pytest.mark.slow


@pytest.mark.nightly
def test_report__of_a_killed_and_of_a_finished_run(toy_root, tmp_path):
    folder = tmp_path / "run"
    begun = arguments(toy_root, folder)
    train_until(folder / "stage_two" / "iter_2.pth", *begun)
    view = view_of(read_run(folder))
    states = [(stage.name, stage.state) for stage in view.stages]
    names = ["stage_one", "pseudo_labels", "stage_two"]
    expected = zip(names, ["finished", "finished", "interrupted"], strict=True)
    assert states == list(expected)
    assert view.state == "interrupted"
    assert view.findings[0].rule in {"interrupted", "IoU 0"}
    code, said = train(*begun)
    assert code == 0, said
    page = tmp_path / "page.html"
    tool = (sys.executable, ROOT / "tools" / "report.py")
    code, said = run(*tool, folder, "--samples", "1", "--out", page)
    assert code == 0, said
    assert "run: finished, 3 stages" in said
    assert page.read_text().count("data:image/jpeg") == 1
    view = view_of(read_run(folder))
    assert view.state == "finished"
    assert "PyTorch" in view.environment
    one, labels, two = view.stages
    assert "LSGAN" in one.told.body
    assert "exp(-lipschitz_decode)" in two.told.body
    assert labels.told.heading.startswith("pseudo-labels by ClassBalanced(")
    assert len(labels.label_rows) == 19
    points = {c.name: c.total for group in two.groups for c in group.charts}
    assert points["loss"] == points["pseudo.loss_decode"] == points["lr"] == 4
    assert points["mIoU"] == 2
    assert points["IoU.road"] == 2
    assert two.progress == "4 iterations"
