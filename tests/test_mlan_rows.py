"""An ablation row of the MLAN paper is a one-line change of its parent."""

import re
from difflib import ndiff
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parents[1] / "configs"
README = CONFIGS / "mlan/README.md"
#: row -> parent, in the order of Tables 1 and 2
TABLE_1 = {
    "rll": "baseline",
    "il_al": "baseline",
    "rl_al": "rll",
    "cr_al": "rl_al",
    "regularized_rl_al": "cr_al",
    "regularized_il_al": "cr_al",
}
TABLE_2 = {
    "cr_al_it": "./cr_al_{}.py",
    "cr_al_rit": "./cr_al_it_{}.py",
    "cr_al_st": "../_base_/self_training_{}.py",
    "cr_al_rst": "./cr_al_st_{}.py",
    "mlan": "./cr_al_rst_{}.py",
}
TASKS = pytest.mark.parametrize("task", ["gta", "synthia"])


def code_of(row, task):
    lines = (CONFIGS / f"mlan/{row}_{task}.py").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def changed_line(row, task):
    """The line that a row has and its parent has not."""
    if row in TABLE_2:
        base, *lines = code_of(row, task)
        assert base == f'_base_ = "{TABLE_2[row].format(task)}"'
    else:
        change = list(ndiff(code_of(TABLE_1[row], task), code_of(row, task)))
        lines = [line[2:] for line in change if line.startswith("+ ")]
        assert len([line for line in change if line.startswith("- ")]) == len(lines)
    (line,) = lines
    return line.strip().rstrip(",")


@TASKS
@pytest.mark.parametrize("row", [*TABLE_1, *TABLE_2])
def test_row__is_one_line_away_from_its_parent(row, task):
    assert changed_line(row, task)


def test_readme__prints_the_line_of_every_row():
    text = README.read_text().split("## The ablation, line by line")[1]
    printed = re.findall(r"^\| \S.* \| `(.*)` \|$", text.split("\n## ")[0], re.M)
    rows = [*TABLE_1, *TABLE_2]
    assert sorted(printed) == sorted(changed_line(row, "gta") for row in rows)
