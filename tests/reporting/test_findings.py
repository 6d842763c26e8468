"""What looks wrong is found, and what does not is not."""

import math
import re
from pathlib import Path

import pytest
from filelock import FileLock
from run_folders import CLASSES, entries, labels, result, write_run, write_stage

from mmseg_uda.reporting import read_run
from mmseg_uda.reporting.control import control_of
from mmseg_uda.reporting.findings import Finding, findings_of

GOOD = [result(50, 70, 50, 30), result(100, 70.5, 50, 30)]


@pytest.fixture
def found(tmp_path):
    """Returns the findings of a stage by rule, beside a control."""

    def of_stage(history=GOOD, against=None, **stage):
        run = tmp_path / "run"
        write_stage(run, "train", history, **stage)
        control = None
        if against is not None:
            write_stage(tmp_path / "control", "train", against)
            control = read_run(tmp_path / "control")
        record = read_run(run)
        findings = findings_of(record, control_of(record, control))
        return {finding.rule: finding for finding in findings}

    return of_stage


def test_findings__a_good_run_has_none_but_notes(tmp_path):
    run = read_run(write_run(tmp_path))
    findings = findings_of(run, control_of(run, None))
    assert {f.rule for f in findings} == {"own control", "still rising"}
    assert {f.level for f in findings} == {"note"}


def test_findings__every_one_has_a_sentence_and_a_remedy(found):
    broken = entries(30, loss=math.nan, time=1.0, data_time=0.9)
    history = [result(50, 70, 50, 30), result(100, 20, 0, None)]
    log = "2026/12/01 02:08:35 - mmengine - WARNING - careful\n"
    all_of_it = found(history, [result(100, 70, 50, 30)], scalars=broken, log=log)
    assert len(all_of_it) >= 8
    for finding in all_of_it.values():
        assert finding.text.endswith(".") or finding.rule == "log"
        assert finding.remedy.endswith(".")
    levels = [finding.level for finding in all_of_it.values()]
    assert levels == sorted(levels, key=["problem", "caution", "note"].index)


def test_zero_and_lost_classes(found):
    history = [result(50, 70, 30, 0.1), result(100, 70, 0.2, 0.1)]
    rules = found(history)
    assert CLASSES[2] in rules["IoU 0"].text
    assert CLASSES[1] not in rules["IoU 0"].text
    assert "car (once 30.0)" in rules["class lost"].text


def test_class_that_an_earlier_stage_had_is_lost(tmp_path):
    write_stage(tmp_path / "run", "one", [result(100, 70, 30, 0)], at=1)
    write_stage(tmp_path / "run", "two", [result(100, 70, 0, 0)], takes=["one"], at=2)
    run = read_run(tmp_path / "run")
    of_two = {f.rule: f.text for f in findings_of(run, None) if f.stage == "two"}
    assert "car (once 30.0)" in of_two["class lost"]
    assert of_two["IoU 0"].endswith(f": {CLASSES[2]}.")


def test_absent_class_is_no_lost_one(found):
    rules = found([result(100, 70, 50, None)])
    assert CLASSES[2] in rules["class absent"].text
    assert "IoU 0" not in rules


def test_classes_that_the_source_has_not_are_not_lost(found):
    history = [{**result(100, 70, 50, 30), "mIoU16": 60.0, "IoU.train": 0.0}]
    assert "IoU 0" not in found(history)


@pytest.mark.parametrize(("last", "fell"), [(49.1, False), (47, True)])
def test_score_below_its_best(found, last, fell):
    history = [result(50, 50, 50, 50), result(100, last, last, last)]
    rules = found(history)
    assert ("fallen" in rules) is fell
    if fell:
        assert (
            "by 3.0 points from its best, 50.0 at iteration 50" in rules["fallen"].text
        )


@pytest.mark.parametrize("done", [True, False])
def test_score_still_rising_once_it_is_over(found, done):
    history = [result(50, 50, 50, 50), result(100, 52, 52, 52)]
    assert ("still rising" in found(history, done=done)) is done


def test_below_control(found):
    rules = found([result(100, 80, 50, 10)], [result(100, 70, 50, 30)])
    assert "46.7 is not above its control" in rules["below control"].text
    assert f"{CLASSES[2]} (30.0 to 10.0)" in rules["classes below control"].text


def test_above_control(found):
    rules = found([result(100, 80, 50, 40)], [result(100, 70, 50, 30)])
    assert not {"below control", "classes below control", "no control"} & set(rules)


def test_control_of_other_classes(found):
    other = [{"iter": 100, "mIoU": 10.0, "IoU.lake": 10.0}]
    assert set(found(GOOD, other)) >= {"other classes"}


def test_no_control_is_said(found):
    assert "--against" in found()["no control"].remedy


def test_not_finite_names_what_broke_first(found):
    broken = entries(
        30,
        loss=lambda step: math.nan if step > 100 else 1.0,
        other=lambda step: math.inf if step > 200 else 1.0,
    )
    assert found(scalars=broken)["not finite"].text == (
        "Not finite from iteration 110 on: loss."
    )


@pytest.mark.parametrize(("end", "rises"), [(1.2, False), (1.8, True)])
def test_rising_source_loss(found, end, rises):
    scalars = entries(
        40, **{"source.loss_decode": lambda step: end if step > 350 else 1.0}
    )
    assert ("rising loss" in found(scalars=scalars)) is rises


@pytest.mark.parametrize(("waiting", "slow"), [(0.1, False), (0.7, True)])
def test_slow_data(found, waiting, slow):
    scalars = entries(10, time=1.0, data_time=waiting)
    assert ("slow data" in found(scalars=scalars)) is slow


def test_few_pseudo_labels(tmp_path):
    run = write_run(tmp_path / "a")
    few = labels(**{CLASSES[2]: 1})
    few["per_class"][CLASSES[1]]["kept_share"] = 0.01
    write_stage(tmp_path / "b", "labels", pseudo_labels=few)
    by_rule = {f.rule: f for f in findings_of(read_run(tmp_path / "b"), None)}
    assert f"{CLASSES[2]} (0.05 %)" in by_rule["few pseudo-labels"].text
    assert by_rule["mostly dropped"].text.endswith("is kept of: car.")
    none = labels(**dict.fromkeys(CLASSES, 0)) | {"kept_share": 0}
    write_stage(tmp_path / "c", "labels", pseudo_labels=none)
    assert [f.rule for f in findings_of(read_run(tmp_path / "c"), None)] == [
        "nothing kept"
    ]
    assert "few pseudo-labels" not in {f.rule for f in findings_of(read_run(run), None)}


def test_class_that_is_never_predicted_is_said_by_the_stage_itself(tmp_path):
    write_stage(tmp_path / "b", "labels", pseudo_labels=labels(car=0))
    texts = [f.text for f in findings_of(read_run(tmp_path / "b"), None)]
    assert any(text.startswith("Car: never predicted") for text in texts)


def test_interrupted_and_running(found, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    with FileLock(run / ".train.lock"):
        assert found(done=False)["not over"].text.startswith("This stage is running")
    record = read_run(run)
    rules = {f.rule: f.level for f in findings_of(record, None)}
    assert rules["interrupted"] == "problem"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("best_mIoU_iter_50.pth", True),
        ("best_label_free_information_iter_50.pth", False),
        (None, False),
    ],
)
def test_best_chosen_with_labels(found, file, said):
    history = [result(50, 50, 50, 50), result(100, 49.5, 49.5, 49.5)]
    more = {} if file is None else {"best": file, "best_hash": "b"}
    assert ("best chosen with labels" in found(history, **more)) is said


def test_log_says_each_warning_once(found):
    line = "2026/12/01 02:08:35 - mmengine - WARNING - {}\n"
    usual = line.format("The prefix is not set in metric class UDAIoUMetric.")
    rules = found(log=usual + 3 * line.format("the weight does nothing"))
    assert rules["log"].text == "The log says, 3 times: the weight does nothing"


def test_log_without_warnings(found):
    usual = "2026/12/01 02:08:35 - mmengine - INFO - WARNING is a word\n"
    assert "log" not in found(log=usual)


def test_finding__knows_its_levels():
    with pytest.raises(ValueError, match="problem, caution, note, got 'bad'"):
        Finding("rule", "bad", "", "text")


def test_docs__name_every_rule():
    root = Path(__file__).parents[2]
    docs = (root / "docs" / "report.md").read_text()
    table = docs.partition("## Is my run healthy?")[2]
    rules = set()
    for path in (root / "mmseg_uda" / "reporting" / "findings").glob("*.py"):
        rules |= set(re.findall(r'Finding\(\s*"([^"]+)"', path.read_text()))
    assert len(rules) > 15
    assert {rule for rule in rules if rule not in table} == set()
