"""The tools that measure region labels run on a few small pictures."""

import mmap
import os

import pytest
from helpers import region_leaf
from in_process import call
from PIL import Image

from mmseg_uda.utils.process_memory import memory_of, watched_children

SMAPS = "/proc/self/smaps_rollup"
MEASURE, KINDS = "tools/measure_region_labels.py", "demo/measure_region_kinds.py"


def test_measure_region_kinds__prints_a_table_and_draws(tmp_path, monkeypatch, capsys):
    toy_root, out = tmp_path / "toycity", tmp_path / "montage.png"
    fixed = ["--toy-root", toy_root, "--out", out, "--workers", 1, "--images", 3]
    more = ["--size", 240, 132, "--min-samples", 3]
    assert call(monkeypatch, KINDS, *fixed, *more) == 0
    said = capsys.readouterr().out
    rows = [row.split(" | ") for row in said.splitlines() if row.startswith("| ")]
    assert [len(row) for row in rows] == [8] * 10
    found = [(row[0].split()[1], row[1], row[2]) for row in rows[1:]]
    variants = ("0", "0.1"), ("0", "0.15"), ("1", "0.15")
    sizes = ("small", "medium", "large")
    assert found == [(size, *variant) for size in sizes for variant in variants]
    assert "axes, " in said
    with Image.open(out) as picture:
        assert picture.width > picture.height > 12 * 36
    # pictures of other settings are not mixed with these
    assert call(monkeypatch, KINDS, *fixed[:-1], 4) == 1
    assert "made with other settings" in capsys.readouterr().err


@pytest.mark.slow
def test_measure_region_labels__on_toycity(toy_root, tmp_path, monkeypatch, capsys):
    options = [f"regions.rules.{s}.min_samples=1" for s in ("small", "medium", "large")]
    command = [
        region_leaf(tmp_path),
        "--toy",
        "--toy-network=random",
        "--toy-root",
        toy_root,
    ]
    command += ["--images", 1000, "--cfg-options", *options]
    assert call(monkeypatch, MEASURE, *command) == 0
    said = capsys.readouterr().out
    assert "1000 images: " in said
    assert "peak memory of this process: " in said
    assert ("MiB of its own at most" in said) == os.path.exists(SMAPS)


@pytest.mark.skipif(not os.path.exists(SMAPS), reason="no Linux")
def test_memory_of__pages_that_this_process_alone_has():
    # pages of its own: what the allocator has kept of other tests is there already
    with mmap.mmap(-1, 2**26, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as pages:
        before = memory_of(os.getpid())
        for start in range(0, len(pages), mmap.PAGESIZE):
            pages[start] = 1
        after = memory_of(os.getpid())
    # what others share with this process varies as they start and end, the sum does not
    assert 63 < after.own + after.shared - before.own - before.shared < 66
    assert after.own > 63
    assert after.shared < 1024


def test_memory_of__process_that_has_ended():
    assert memory_of(2**22 + 1).own == 0  # beyond Linux's largest id
    with watched_children() as most:
        pass
    assert most.own == 0
