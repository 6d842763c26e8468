"""How two configs are told apart."""

import pytest

from mmseg_uda.utils.plain import differences, flattened, plain


def test_flattened__keys_are_dotted():
    nested = {"a": {"b": [1, {"c": None}], "data": 2}, "empty": {}, "none": [], 3: "x"}
    assert flattened(nested, skip=("data",)) == {
        "a.b.0": 1,
        "a.b.1.c": None,
        "empty": {},
        "none": [],
        "3": "x",
    }


def test_flattened__of_a_plain_value():
    assert flattened(plain((1, (2,)))) == {"0": 1, "1.0": 2}


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        ({"a": 1, "b": "x"}, {"b": "x", "a": 1.0}, []),
        ({"b": "x"}, {"b": "y", "a": 1}, ["a: (absent) -> 1", "b: 'x' -> 'y'"]),
        ({"b": None}, {}, ["b: None -> (absent)"]),
    ],
)
def test_differences(before, now, lines):
    assert differences(before, now) == lines


def test_differences__tells_as_asked():
    assert differences({"a": "1"}, {"a": "2"}, tell=str) == ["a: 1 -> 2"]
