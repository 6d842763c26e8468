"""Skip, resume, start or stop: what the folder of a stage leads to."""

import re

import pytest
import torch

from mmseg_uda.stages import StageError
from mmseg_uda.stages.explanations import explained_errors, explanation
from mmseg_uda.stages.run.decide import RESUME, SKIP, START, decide
from mmseg_uda.stages.run.record import fingerprint
from mmseg_uda.utils.atomic_files import write_json

CONFIG = dict(
    model=dict(type="A", heads=[1, 2]),
    train_dataloader=dict(num_workers=4, dataset=dict(data_root="x")),
    train_cfg=dict(max_iters=6, val_interval=3),
    work_dir="somewhere",
    log_level="INFO",
)


def changed(**train_cfg):
    return {**CONFIG, "train_cfg": {**CONFIG["train_cfg"], **train_cfg}}


def record(folder, name, **extra):
    folder.mkdir(exist_ok=True)
    made = {"checkpoint": "iter_6.pth", "checkpoint_hash": "x"}
    write_json(folder / name, {"fingerprint": fingerprint(CONFIG), **made, **extra})


def test_decide__nothing_there_starts(tmp_path):
    decision = decide("one", tmp_path / "one", fingerprint(CONFIG), {})
    assert (decision.action, decision.checkpoint) == (START, None)


def test_decide__finished_is_skipped(tmp_path):
    record(tmp_path, "stage.json")
    record(tmp_path, "done.json")
    assert decide("one", tmp_path, fingerprint(CONFIG), {}).action == SKIP


def test_decide__interrupted_resumes_newest_complete(tmp_path):
    record(tmp_path, "stage.json")
    assert decide("one", tmp_path, fingerprint(CONFIG), {}).action == START
    for iteration in (2, 4):
        torch.save({}, tmp_path / f"iter_{iteration}.pth")
    whole = (tmp_path / "iter_4.pth").read_bytes()
    (tmp_path / "iter_6.pth").write_bytes(whole[: len(whole) // 2])
    decision = decide("one", tmp_path, fingerprint(CONFIG), {})
    assert decision.action == RESUME
    assert decision.checkpoint == tmp_path / "iter_4.pth"
    assert "iter_6.pth" in decision.note
    assert "goes on from the older iter_4.pth" in decision.note


def test_decide__longer_training_says_how_to_go_on(tmp_path):
    record(tmp_path, "stage.json")
    record(tmp_path, "done.json")
    torch.save({}, tmp_path / "iter_6.pth")
    file = re.escape(str(tmp_path / "iter_6.pth"))
    longer = fingerprint(changed(max_iters=9))
    said = f"load_from={file} train_cfg.max_iters=3 .*stages.one.load_from={file}"
    with pytest.raises(StageError, match=rf"(?s)was finished with another.*{said}"):
        decide("one", tmp_path, longer, {})
    with pytest.raises(StageError) as caught:
        decide("one", tmp_path, fingerprint(changed(max_iters=5)), {})
    assert "load_from" not in str(caught.value)


def test_decide__begun_without_a_checkpoint_may_change(tmp_path):
    """Nothing is lost when, say, a smaller crop follows on an out-of-memory error."""
    record(tmp_path, "stage.json")
    decision = decide("one", tmp_path, fingerprint(changed(max_iters=9)), {})
    assert decision.action == START
    assert "made nothing" in decision.note


def test_decide__checkpoint_with_a_changed_byte_is_not_resumed(tmp_path):
    record(tmp_path, "stage.json")
    for iteration in (2, 4):
        torch.save({"w": torch.ones(4000)}, tmp_path / f"iter_{iteration}.pth")
    data = bytearray((tmp_path / "iter_4.pth").read_bytes())
    data[3000] ^= 255
    (tmp_path / "iter_4.pth").write_bytes(data)
    torch.load(tmp_path / "iter_4.pth")  # torch itself does not notice
    decision = decide("one", tmp_path, fingerprint(CONFIG), {})
    assert decision.checkpoint == tmp_path / "iter_2.pth"


BROKEN = ["", '{"fingerprint": {', "\x00\xff", "[1, 2]", "null", '{"a": 1}']


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize(
    ("name", "advice"), [("done.json", "Delete it"), ("stage.json", "--restart-from")]
)
def test_decide__damaged_record_is_named(tmp_path, name, advice, content):
    (tmp_path / name).write_text(content, encoding="latin-1")
    with pytest.raises(StageError, match=rf"{name} is damaged: .*{advice}"):
        decide("one", tmp_path, {}, {})


@pytest.mark.parametrize("content", [*BROKEN, '{"history": [{"mIoU": 1}]}'])
def test_decide__damaged_result_is_found_before_a_resume(tmp_path, content):
    record(tmp_path, "stage.json")
    torch.save({}, tmp_path / "iter_2.pth")
    (tmp_path / "result.json").write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=r"result\.json is damaged.*or delete it"):
        decide("one", tmp_path, fingerprint(CONFIG), {})


@pytest.mark.parametrize("name", ["stage.json", "done.json"])
def test_decide__other_config_stops_and_names_the_change(tmp_path, name):
    record(tmp_path, name)
    torch.save({}, tmp_path / "iter_2.pth")
    with pytest.raises(StageError, match=r"train_cfg.max_iters: 6 -> 9[\s\S]*restart"):
        decide("one", tmp_path, fingerprint(changed(max_iters=9)), {})


def test_decide__what_follows_from_a_changed_length_comes_last(tmp_path):
    def with_schedules(iters):
        entries = [dict(type="PolyLR", end=iters)] * 9
        return fingerprint({**changed(max_iters=iters), "param_scheduler": entries})

    before = with_schedules(6)
    write_json(tmp_path / "stage.json", {"fingerprint": before})
    torch.save({}, tmp_path / "iter_2.pth")
    with pytest.raises(StageError) as caught:
        decide("one", tmp_path, with_schedules(9), {})
    lines = str(caught.value).splitlines()
    assert lines[1] == "  train_cfg.max_iters: 6 -> 9"
    assert len(lines) == 13  # how to train on comes before the last
    assert lines[9] == "  ... and 2 more"
    assert "One option, such as toy.iters" in lines[10]


def test_decide__how_often_one_looks_does_not_matter(tmp_path):
    record(tmp_path, "done.json")
    now = fingerprint(changed(val_interval=1))
    assert decide("one", tmp_path, now, {}).action == SKIP


def test_decide__moved_data_are_noted(tmp_path):
    record(tmp_path, "done.json", data_roots={"dataset.data_root": "'x'"})
    now = fingerprint(CONFIG)
    decision = decide("one", tmp_path, now, {"dataset.data_root": "'y'"})
    assert "'x' -> 'y'" in decision.note


def test_decide__foreign_checkpoints_stop(tmp_path):
    torch.save({}, tmp_path / "iter_4.pth")
    with pytest.raises(StageError, match=r"no stage\.json"):
        decide("one", tmp_path, fingerprint(CONFIG), {})


def test_decide__given_checkpoint_is_skipped_whatever_the_config(tmp_path):
    write_json(tmp_path / "done.json", {"given": True, "checkpoint": "/x.pth"})
    decision = decide("one", tmp_path, {}, {})
    assert decision.action == SKIP
    assert "/x.pth" in decision.note


def test_explanation__tells_messages_from_bugs():
    def caught(function):
        try:
            function()
        except Exception as error:
            return error

    on_purpose = caught(lambda: decide("one", None, {}, {}))
    assert explanation(on_purpose) is None  # None / 'stage.json' is a bug of the caller

    def raises():
        raise StageError("do this")

    assert explanation(caught(raises)) == "do this"
    assert explanation(caught(lambda: {}["key"])) is None
    worker = RuntimeError(
        "Caught ValueError in DataLoader worker process 0.\nOriginal Traceback:\n"
        f'  File "{decide.__code__.co_filename}", line 3, in read\n'
        "    raise ValueError(\nValueError: label 40 in a.png\nsecond line"
    )
    assert explanation(caught(lambda: _raise(worker))) == (
        "label 40 in a.png\nsecond line"
    )


def _raise(error):
    raise error


def test_explained_errors__prints_one_block(capsys):
    with pytest.raises(SystemExit) as stopped, explained_errors():
        raise StageError("first\nsecond")
    assert stopped.value.code == 1
    printed = capsys.readouterr().err
    assert "error: first\n  second\n" in printed
    assert "Traceback" not in printed


def test_explained_errors__lets_bugs_through(capsys):
    with pytest.raises(ZeroDivisionError), explained_errors():
        1 / 0  # noqa: B018


def test_explained_errors__ctrl_c_says_how_to_go_on(capsys):
    with pytest.raises(SystemExit) as stopped, explained_errors(False, "run X"):
        raise KeyboardInterrupt
    assert stopped.value.code == 130
    assert "run X" in capsys.readouterr().err
