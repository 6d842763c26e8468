"""What stages there are, in which order and in which state."""

import os

import pytest
from filelock import FileLock
from run_folders import entries, result, write_log, write_run, write_stage

from mmseg_uda.reporting import read_run
from mmseg_uda.reporting.held_lock import is_held
from mmseg_uda.reporting.run_facts import duration, progress


def states(run):
    return {stage.name: stage.state for stage in read_run(run).stages}


def lock(run, name):
    return FileLock(run / f".{name}.lock")


def test_read_run__stages_come_as_they_build_on_one_another(tmp_path):
    run = tmp_path / "run"
    # begun last by the clock, as after a copy that keeps no times
    write_stage(run, "first", [result(9, 1, 1, 1)], at=30)
    write_stage(run, "then", [result(9, 1, 1, 1)], takes=["first"], at=20)
    write_stage(run, "last", [result(9, 1, 1, 1)], takes=["then", "first"], at=10)
    write_stage(run, "alone", [result(9, 1, 1, 1)], at=15)
    assert [s.name for s in read_run(run).stages] == ["alone", "first", "then", "last"]


def test_read_run__replaced_folders_are_no_stages(tmp_path):
    run = write_run(tmp_path)
    write_stage(run, "two.replaced_1", [result(9, 1, 1, 1)])
    assert [stage.name for stage in read_run(run).stages] == ["one", "labels", "two"]
    assert [stage.name for stage in read_run(run).trained] == ["one", "two"]
    assert read_run(run).label == f"{tmp_path.name}/mine"


def test_states__of_a_run_at_work(tmp_path):
    run = tmp_path / "run"
    write_stage(run, "one", [result(9, 1, 1, 1)])
    write_stage(run, "two", done=False)
    assert states(run)["two"] == "running or interrupted"  # nothing could be locked
    with lock(run, "one"), lock(run, "two"), lock(run, "three"):
        found = {"one": "finished", "two": "running", "three": "waiting"}
        assert states(run) == found
    found |= {"two": "interrupted", "three": "not begun"}
    assert states(run) == found


def test_states__what_a_given_checkpoint_makes_needless(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("before", "one", "two"):
        with lock(run, name):
            pass
    write_stage(run, "one", begun=False, given=True, checkpoint="/w.pth")
    times = {"before": 1, "one": 2, "two": 3}
    for name, time in times.items():
        os.utime(run / f".{name}.lock", (time, time))
    found = {"one": "finished", "before": "not needed", "two": "not begun"}
    assert states(run) == found


def test_is_held__asking_holds_nothing(tmp_path):
    assert is_held(tmp_path / "none") is None
    with lock(tmp_path, "a"):
        assert is_held(tmp_path / ".a.lock") is True
    assert is_held(tmp_path / ".a.lock") is False
    with lock(tmp_path, "a").acquire(timeout=0):
        pass


def test_read_run__says_what_is_wrong_with_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        read_run(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="holds no run"):
        read_run(tmp_path)
    run = write_run(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"the folder of the run: {run}"):
        read_run(run / "one")
    (run / "labels" / "pseudo_labels.json").write_text("{")
    with pytest.raises(ValueError, match=r"pseudo_labels\.json is damaged"):
        _ = read_run(run).stage("labels").labels


def test_scalars__a_resumed_training_has_no_iteration_twice(tmp_path):
    run = tmp_path / "run"
    folder = write_stage(run, "one", scalars=entries(8, loss=1.0))
    validation = {"mIoU": 5.0, "time": 1.0, "step": 80}
    write_log(folder, "20261201_030000", [*entries(10, loss=2.0)[5:], validation])
    stage = read_run(run).stage("one")
    steps = range(10, 110, 10)
    expected = [(step, 1.0 if step < 60 else 2.0) for step in steps]
    assert stage.scalars["loss"] == expected
    assert stage.history == [{"iter": 80, "mIoU": 5.0}]  # without a result.json


def test_scalars__a_validation_made_up_for_repeats_no_training(tmp_path):
    run = tmp_path / "run"
    folder = write_stage(run, "one", scalars=entries(5, loss=1.0))
    made_up = {"mIoU": 5.0, "step": 40}
    write_log(folder, "20261201_030000", [made_up])
    points = read_run(run).stage("one").scalars["loss"]
    assert [step for step, _ in points] == [10, 20, 30, 40]
    write_log(folder, "20261201_040000", [made_up, *entries(6, loss=2.0)[4:]])
    stage = read_run(run).stage("one")
    values = [value for _, value in stage.scalars["loss"]]
    assert values == [1, 1, 1, 1, 2, 2]
    assert stage.history == [{"iter": 40, "mIoU": 5.0}]


def test_scalars__a_line_that_is_being_written_is_left_out(tmp_path):
    run = tmp_path / "run"
    folder = write_stage(run, "one", scalars=entries(3, loss=1.0, lr=float("nan")))
    (file,) = folder.glob("*/vis_data/scalars.json")
    file.write_text(file.read_text() + '{"loss": 2.0, "it')
    series = read_run(run).stage("one").scalars
    assert [step for step, _ in series["loss"]] == [10, 20, 30]
    assert all(value != value for _, value in series["lr"])


def test_progress__says_how_long_it_still_takes(tmp_path):
    run = tmp_path / "run"
    write_stage(run, "one", scalars=entries(4, loss=1.0, time=2.0), done=False)
    assert progress(read_run(run).stages[0]) == "iteration 40 of 100"
    with lock(run, "one"):  # 60 iterations of 2 s are left
        told = progress(read_run(run).stages[0])
    assert told == "iteration 40 of 100, about 2 min 0 s left"
    write_stage(run, "two", scalars=entries(4, loss=1.0))
    assert progress(read_run(run).stage("two")) == "100 iterations"


def test_duration():
    told = [duration(seconds) for seconds in (12.4, 250.4, 7500)]
    assert told == ["12 s", "4 min 10 s", "2 h 5 min"]
