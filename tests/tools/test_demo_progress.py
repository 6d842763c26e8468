"""demo/progress.py: one calm line of a training, on a terminal and off it."""

import io
import sys
from types import SimpleNamespace

import pytest
from in_process import ROOT
from rich.console import Console

sys.path.insert(0, str(ROOT / "demo"))
progress = pytest.importorskip("progress")
sys.path.remove(str(ROOT / "demo"))

BEGUN = "a warning\n\n=== stage_one: training, 800 iterations ===\n"
STEP = "11/22 17:12:36 - mmengine - INFO - Iter(train) [ 54/800]  lr: 1e-3  loss: 0.8\n"
VALIDATED = (
    "11/22 17:12:36 - mmengine - INFO - Iter(val) [4/4]    mIoU: 13.1400  a: 1\n"
)
LABELS = (
    "\n=== pseudo_labels: pseudo-labels from x.pth ===\n"
    "predicting labels: 12/400, 0:01:10 left\n"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "starts"),
        (BEGUN, "stage_one"),
        (BEGUN + STEP, "stage_one 54/800"),
        (BEGUN + STEP + VALIDATED, "stage_one 54/800, mIoU 13.1"),
        (BEGUN + STEP + VALIDATED + LABELS, "pseudo_labels 12/400"),
        (LABELS + "predicting labels: 400/400, done in 0\n", "pseudo_labels 400/400"),
    ],
)
def test_read_status(text, said):
    assert str(progress.read_status(text)) == said


class Script:
    """A process whose log grows by a part at each look, and that ends with them."""

    def __init__(self, log, parts, code=0):
        self.log, self.parts, self.code, self.returncode = log, list(parts), code, None

    def poll(self):
        if self.parts:
            with self.log.open("a") as file:
                file.write(self.parts.pop(0))
        else:
            self.returncode = self.code
        return self.returncode


@pytest.fixture(params=[0, 1])
def training(request, tmp_path, monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(
        progress.time, "sleep", lambda s: setattr(clock, "now", clock.now + s)
    )
    steps = [STEP.replace(" 54", str(100 + n)) for n in range(200)]
    log = tmp_path / "one.log"
    log.write_text(BEGUN + STEP)  # of an earlier run
    script = Script(log, ["", BEGUN, *steps], code=request.param)
    return progress.Training("one", script, log, log.stat().st_size)


def end_of(training):
    return "one failed" if training.process.code else "one is finished"


def test_follow__off_a_terminal_a_line_every_twenty_seconds(training):
    file = io.StringIO()
    progress.follow(training, Console(file=file, force_terminal=False, width=80))
    lines = [" ".join(line.split()) for line in file.getvalue().splitlines()]
    assert "one stage_one 54/800" not in lines
    assert lines[-1] == end_of(training)
    # a look reads one or two of 202 parts, so that they last 100 to 200 seconds
    assert 4 <= len(lines) <= 11


def test_follow__on_a_terminal_a_live_line(training):
    file = io.StringIO()
    progress.follow(training, Console(file=file, force_terminal=True, width=80))
    assert end_of(training) in " ".join(file.getvalue().splitlines()[-2:])
