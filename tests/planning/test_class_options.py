"""Classes as a command line names them."""

import pytest

from mmseg_uda.planning.class_options import GivenClasses, parse_classes


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a", "b"], GivenClasses(("a", "b"))),
        (["a,b", "traffic light"], GivenClasses(("a", "b", "traffic light"))),
        (
            ["a=0", "b=7", "a=3", "ignore=255"],
            GivenClasses(("a", "b"), {0: 0, 7: 1, 3: 0, 255: 255}),
        ),
        (
            ["a=#00FF00", "b=#0000ff", "b=#0000fe", "ignore=#000000"],
            GivenClasses(
                ("a", "b"),
                colors={
                    "a": ["#00ff00"],
                    "b": ["#0000ff", "#0000fe"],
                    "ignore": ["#000000"],
                },
            ),
        ),
        (["a=0", "b=other"], GivenClasses(("a", "b"), {0: 0}, other="b")),
        (["a=7", "ignore=other"], GivenClasses(("a",), {7: 0}, other="ignore")),
        (
            ["a=1", "b=2", "a=other"],
            GivenClasses(("a", "b"), {1: 0, 2: 1}, other="a"),
        ),
        (
            ["a=#000000", "b=other"],
            GivenClasses(("a", "b"), colors={"a": ["#000000"]}, other="b"),
        ),
        (["a=1", "other=2"], GivenClasses(("a", "other"), {1: 0, 2: 1})),
    ],
)
def test_parse_classes(words, expected):
    assert parse_classes(words) == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b=1"], "NAME=VALUE"),
        (["a=red"], "NAME=#RRGGBB"),
        (["a=1", "b=#ff0000"], "NAME=VALUE"),
        (["a", "a"], "one twice"),
        (["a=1", "b=1"], "one value twice"),
        (["a=#ff0000", "b=#FF0000"], "one colour twice"),
        (["ignore=0"], "no class"),
        (["a=other"], "one NAME=other for the rest"),
        (["a", "b=other"], "one NAME=other for the rest"),
        (["a=0", "b=other", "c=other"], "one other twice"),
        ([","], "no class"),
    ],
)
def test_parse_classes__refuses(words, said):
    with pytest.raises(ValueError, match=said):
        parse_classes(words)
