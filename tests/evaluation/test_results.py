import re

import pytest

from mmseg_uda.evaluation import results_table


def rows(text):
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_results_table__flat_results_are_final():
    text = results_table({"source_only": {"mIoU": 12.6, "aAcc": 80.0}})
    assert rows(text) == [["run", "mIoU (final)"], ["source_only", "12.60"]]


def test_results_table__final_and_best_and_missing():
    text = results_table(
        {
            "a": {"final": {"mIoU": 10.0}, "best": {"mIoU": 11.0, "mIoU16": 13.0}},
            "b": {"final": {"mIoU": 20.0, "mIoU16": 22.0}, "best": None},
        }
    )
    assert rows(text) == [
        ["run", "mIoU (final)", "mIoU (best)", "mIoU16 (final)", "mIoU16 (best)"],
        ["a", "10.00", "11.00", "-", "13.00"],
        ["b", "20.00", "-", "22.00", "-"],
    ]


def test_results_table__says_which_classes_a_mean_is_not_over():
    final = {"mIoU": 100.0, "IoU.land": 100.0, "IoU.lake": None}
    best = {**final, "IoU.lake": 3.0}
    text = results_table({"a": {"final": final, "best": best}, "b": {"mIoU": 1.0}})
    assert text.splitlines()[-1] == (
        "a: mIoU (final) is over 1 of 2 classes: 'lake' occurs neither in labels nor "
        "in predictions"
    )
    assert text.count("is over") == 1


def test_results_table__nothing_to_draw():
    with pytest.raises(ValueError, match="none of the runs"):
        results_table({"a": {"loss": 1.0}})


def test_results_table__many_scores_are_rows():
    names = ["source/mIoU", *(f"target/label_free/s{number}" for number in range(3))]
    final = {name: 10.0 + index for index, name in enumerate(names)}
    run = {"final": final | {"source/IoU.sky": 3.0}, "best": final}
    lines = results_table({"one": run, "two": run}).splitlines()
    assert re.search(r"\| run +\|   one \|   two \|", lines[1])
    drawn = [line.split("|")[1].strip() for line in lines[3:-1]]
    assert drawn == [f"{name} ({w})" for name in names for w in ("final", "best")]
    assert lines[3].split("|")[2:4] == [" 10.00 ", " 10.00 "]


def test_results_table__scores_without_labels():
    final = {"iter": 4, "label_free/information": 3.4, "Dice.a": 1.0}
    best = {"iter": 2, "label_free/information": 10.25}
    table = results_table({"train": {"final": final, "best": best}})
    assert "label_free/information (final) | label_free/information (best)" in table
    assert "3.40" in table
    assert "10.25" in table
    assert "iter" not in table
    assert "Dice" not in table
