"""What the file of a benchmark says of all rows, and the shares of a gap."""

from pathlib import Path

import pytest
from PIL import Image

from mmseg_uda.benchmark import (
    Gap,
    Row,
    benchmark_table,
    draw_benchmark,
    read_page,
)

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
ROWS = "rows:\n- {name: MRNet, config: mrnet/mrnet}\n- {name: LCDA, config: lcda/lcda}"
SOURCE, MIDDLE, ORACLE = (Row(name, f"{name}/{name}") for name in ("s", "m", "o"))


def page(tmp_path, text, rows=ROWS):
    file = tmp_path / "rows.yml"
    file.write_text(f"{rows}\n{text}")
    return read_page(file, CONFIGS)


def result(final, adapted=None):
    record = {"final": {"mIoU": final}, "best": {"mIoU": final}, "cost": None}
    return {**record, **({"with_statistics": {"mIoU": adapted}} if adapted else {})}


def results():
    # gaps of 20, 10 and, for seed 2, none
    return {
        "s_gta/seed0": result(10.0, 15.0),
        "s_gta/seed1": result(20.0, 24.0),
        "s_gta/seed2": result(30.0),
        "m_gta/seed0": result(15.0, 20.0),  # 25 %, 50 %
        "m_gta/seed1": result(25.0, 19.0),  # 50 %, -10 %
        "m_gta/seed2": result(40.0),
        "o_gta/seed0": result(30.0),
        "o_gta/seed1": result(30.0),
        "o_gta/seed2": result(30.0),
    }


def test_page__has_what_its_file_says_of_all_rows(tmp_path):
    read = page(
        tmp_path,
        "gap: {from: MRNet, to: LCDA}\nstatistics: true\n"
        "options: {toy.iters: 50, x: [1, 2]}\ntoy_network: random",
    )
    assert (read.gap.start.name, read.gap.end.name) == ("MRNet", "LCDA")
    assert read.statistics is True
    assert read.options == ("toy.iters=50", "x=[1, 2]")
    assert read.toy_network == "random"
    # of all rows, so the rows are still the papers'
    assert read.rows[0].paper["gta"] == {"mIoU": 45.5}
    assert (read.rows[0].options, read.rows[0].label) == ((), "")


def test_page__without_these_keys_leaves_all_as_it_was(tmp_path):
    read = page(tmp_path, "")
    assert read.gap is None
    assert read.statistics is False
    assert read.options == ()
    assert read.toy_network is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("statistic: true", r"has 'statistic', but can .*Did you mean 'statistics'"),
        ("statistics: 1", "statistics must be true or false, got 1"),
        ("gap: MRNet", r"gap must name two rows, such as .*got 'MRNet'"),
        ("gap: {from: MRNet}", "gap must name two rows"),
        ("gap: {from: MRNet, to: MRNet}", "gap must name two rows"),
        ("gap: {from: MRNet, to: LCAD}", r"to 'LCAD', which is no .*mean 'LCDA'"),
        ("options: [a=1]", r"rows.yml: options must be a mapping"),
        ("toy_network: big", r"unknown toy_network of .*'big', choose one of: pre"),
    ],
)
def test_page__that_is_wrong_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        page(tmp_path, text)


def test_page__refuses_an_option_that_a_row_has_too(tmp_path):
    rows = "rows:\n- {name: A, config: mrnet/mrnet, options: {toy.iters: 3}}"
    with pytest.raises(ValueError, match=r"toy.iters is an option of all .* row 'A'"):
        page(tmp_path, "options: {toy.iters: 4}", rows)


def test_page__is_not_overridden_by_the_command_line(tmp_path):
    read = page(tmp_path, "options: {toy.iters: 4}\ntoy_network: random")
    read.check_command_line("random", ["a=1"])
    read.check_command_line(None, [])
    with pytest.raises(ValueError, match=r"network: random, but .* pretrained"):
        read.check_command_line("pretrained", [])
    with pytest.raises(ValueError, match=r"--cfg-options toy.iters is given, which"):
        read.check_command_line(None, ["toy.iters=5"])
    page(tmp_path, "").check_command_line("pretrained", ["toy.iters=5"])


def test_adaptation__has_the_rows_of_both_papers_between_source_and_oracle():
    read = read_page(ROOT / "docs" / "benchmarks" / "adaptation.yml", CONFIGS)
    assert (read.gap.start.name, read.gap.end.name) == ("Source", "Oracle")
    assert read.statistics
    assert read.toy_network == "pretrained"
    papers = {row.name for row in read.rows if not row.options}
    assert papers == {"Source", "Source + target statistics", "Oracle", "LCDA"} | {
        *("LCDA+Adv", "LCDA+Adv+Pseudo", "LCDA+Adv+LCRF"),
        *("MRNet", "MRNet+Pseudo", "MRNet+LCRF", "MRNet+LCRF, target only"),
        *("Baseline", "CR-AL", "CR-AL+RST", "MLAN"),
    }
    assert all(row.file(CONFIGS, "synthia").is_file() for row in read.rows)


def test_gap__shares_of_the_same_seed_where_there_is_a_gap():
    gap, seeds = Gap(SOURCE, ORACLE), [0, 1, 2, 3]
    of = ("gta", "mIoU", seeds, results())
    assert gap.shares(MIDDLE, *of) == [25.0, 50.0]
    assert gap.shares(SOURCE, *of) == [0.0, 0.0]
    assert gap.shares(ORACLE, *of) == [100.0, 100.0]
    assert gap.shares(MIDDLE, *of, which="with_statistics") == [50.0, -10.0]
    assert gap.shares(MIDDLE, "gta", "mIoU", [0], {}) == []


def test_table__has_statistics_and_shares_under_their_headings():
    rows = [SOURCE, Row("m", "m/m", against=("s",)), ORACLE]
    gap = Gap(SOURCE, ORACLE)
    table = benchmark_table(rows, [0, 1, 2], results(), gap, statistics=True)
    lines = table.splitlines()
    assert lines[2] == (
        "| | paper, real data | ours, real data | ours on ToyCity, final | best "
        "| + target statistics | share of the gap from s to o, final, % "
        "| the same + target statistics, % | seeds | CPU minutes | peak memory, MiB |"
    )
    assert lines[3].count("---") == lines[2].count("|") - 1
    # (15 + 25 + 40) / 3, (20 + 19) / 2, (25 + 50) / 2, (50 - 10) / 2
    assert lines[5] == (
        "| m | - | not run | 26.67 ± 12.58 | 26.67 ± 12.58 "
        "| 19.50 ± 0.71 (2 of 3 seeds) | 37.5 ± 17.7 (2 of 3 seeds) "
        "| 20.0 ± 42.4 (2 of 3 seeds) | 3 | - | - |"
    )
    # 5, 5, 10 and, with statistics, 5 and -5
    assert (
        "| m - s | - | +6.67 ± 2.89 | +6.67 ± 2.89 "
        "| +0.00 ± 7.07 (2 of 3 seeds) | 3 |" in lines
    )
    missing = "| not run | not run | not run | not run | - | - | 0 | - | - |"
    assert f"| s | - {missing}" in lines  # SYNTHIA


def test_picture__shows_statistics_and_the_gap(tmp_path):
    rows, seen = [SOURCE, MIDDLE, ORACLE], set()
    for gap in (None, Gap(SOURCE, ORACLE)):
        for statistics in (False, True):
            file = tmp_path / "rows.png"
            draw_benchmark(rows, [0, 1, 2], results_of_both(), file, gap, statistics)
            with Image.open(file) as picture:
                seen.add((picture.size, picture.tobytes()))
    assert len(seen) == 4


def results_of_both():
    mean = {"mIoU16": 1.0, "mIoU13": 2.0}
    synthia = {f"{n}_synthia/seed0": {"final": mean} for n in ("s", "o")}
    return {**results(), **synthia}
