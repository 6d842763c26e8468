"""demo/progress.py: one calm line for each training, on a terminal and off it."""

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


@pytest.fixture
def trainings(tmp_path, monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(
        progress.time, "sleep", lambda s: setattr(clock, "now", clock.now + s)
    )
    steps = [STEP.replace(" 54", str(100 + n)) for n in range(200)]
    made = []
    for name, code in (("one", 0), ("two", 1)):
        log = tmp_path / f"{name}.log"
        log.write_text(BEGUN + STEP)  # of an earlier run
        script = Script(log, ["", BEGUN, *steps], code)
        made.append(progress.Training(name, script, log, log.stat().st_size))
    return made


def test_follow__off_a_terminal_a_line_every_twenty_seconds(trainings):
    file = io.StringIO()
    progress.follow(trainings, Console(file=file, force_terminal=False, width=80))
    lines = [" ".join(line.split()) for line in file.getvalue().splitlines()]
    ones = [line for line in lines if line.startswith("one")]
    assert "one stage_one 54/800" not in ones
    assert ones[-1] == "one is finished"
    assert lines[-1] == "two failed"
    # a look reads one or two of 202 parts, so that they last 100 to 200 seconds
    assert 4 <= len(ones) <= 11
    assert 4 <= len(lines) - len(ones) <= 11


def test_follow__on_a_terminal_live_lines(trainings):
    file = io.StringIO()
    progress.follow(trainings, Console(file=file, force_terminal=True, width=80))
    last = " ".join(file.getvalue().splitlines()[-3:])
    assert "one is finished" in last
    assert "two failed" in last
