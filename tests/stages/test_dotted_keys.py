"""Options reach entries whose key has a dot."""

from pathlib import Path

import pytest

from mmseg_uda.stages import Request, Resolver, StageError
from mmseg_uda.stages.config.dotted_keys import split_by_keys

CR_AL = Path(__file__).parents[2] / "configs" / "mlan" / "cr_al_gta.py"


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("a.b.lr", ["a.b", "lr"]),
        ("o.a.b.lr", ["o", "a.b", "lr"]),
        ("o.a.b.new.x", ["o", "a.b", "new", "x"]),
        ("o.c.d.e", ["o", "c.d.e"]),
        ("o.c.d.f", None),  # no such entry: mmengine makes one
        ("p.c.d", ["p", "c.d"]),  # a longer key goes first
        ("p.c.e", None),
        ("l.0.a.b", None),  # not through lists
        ("new", None),
    ],
)
def test_split__by_the_keys_that_are_there(option, path):
    cfg = {
        "a.b": {"lr": 1},
        "o": {"a.b": {"lr": 1}, "c.d.e": 3},
        "p": {"c": {"d": 1}, "c.d": 2},
        "l": [{"a.b": 1}],
    }
    plain, nested = split_by_keys({option: 7}, cfg)
    if path is None:
        assert (plain, nested) == ({option: 7}, [])
        return
    assert plain == {}
    (node,) = nested
    for part in path:
        node = node[part]
    assert node == 7


def rates(**options):
    run = Resolver(Request(CR_AL, options=options))
    entries = run.stage_config(run.stages[-1]).optim_wrapper
    return {k: v.optimizer.lr for k, v in entries.items() if isinstance(v, dict)}


def test_options__reach_the_optimizer_of_one_head():
    before = rates()
    key = "optim_wrapper.heads.c_image.optimizer.lr"
    assert rates(**{key: 7.0}) == {**before, "heads.c_image": 7.0}
    both = {key: 7.0, "optim_wrapper.segmentor.optimizer.lr": 5.0}
    assert rates(**both) == {**before, "heads.c_image": 7.0, "segmentor": 5.0}


def test_options__in_such_an_entry_are_checked_as_all_others():
    with pytest.raises(StageError, match=r"--cfg-options .*heads\.c_image"):
        rates(**{"optim_wrapper.heads.c_image.optimizer.lr.x": 7.0})


def test_options__a_list_in_place_of_a_tuple_becomes_one():
    cfg = {"own": {"scale": (8, 6), "many": [1, 2], "x.y": {"size": (1, 2)}}}
    options = {"own.scale": [4, 3], "own.many": [3], "own.x.y.size": [5, 6]}
    plain, nested = split_by_keys(options, cfg)
    assert plain == {"own.scale": (4, 3), "own.many": [3]}
    assert nested == [{"own": {"x.y": {"size": (5, 6)}}}]
