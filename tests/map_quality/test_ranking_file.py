"""The file of rankings: what stays in it, and what is taken over."""

import json

from mmseg_uda.map_quality.ranking_file import RankingFile


def measure(path, *names):
    """Write the rankings of checkpoints; return those that had to be measured."""
    file = RankingFile(path, [dict(checkpoint=name) for name in names])
    missing = [name for i, name in enumerate(names) if not file.is_measured(i)]
    for index, name in enumerate(names):
        if name in missing:
            settings = dict(checkpoint=name)
            file.put(index, dict(settings=settings, scores=dict(of=name)))
    file.write(dict(toy=True))
    return missing


def kept(path, key):
    return [run["scores"]["of"] for run in json.loads(path.read_text())[key]]


def test_ranking_file__keeps_rankings_that_are_not_wanted(tmp_path):
    path = tmp_path / "ranking.json"
    assert measure(path, "seed 0") == ["seed 0"]
    assert measure(path, "seed 1") == ["seed 1"]
    assert (kept(path, "runs"), kept(path, "other_runs")) == (["seed 1"], ["seed 0"])
    assert measure(path, "seed 0", "seed 1") == []
    assert (kept(path, "runs"), kept(path, "other_runs")) == (["seed 0", "seed 1"], [])


def test_ranking_file__goes_on_with_a_file_without_others(tmp_path):
    path = tmp_path / "ranking.json"
    run = dict(settings=dict(checkpoint="seed 0"), scores=dict(of="seed 0"))
    path.write_text(json.dumps(dict(runs=[run])))
    assert measure(path, "seed 1", "seed 0") == ["seed 1"]
    assert kept(path, "runs") == ["seed 1", "seed 0"]
