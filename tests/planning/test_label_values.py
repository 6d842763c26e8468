"""Which class the values of label images are."""

import pytest

from mmseg_uda.planning.class_options import GivenClasses
from mmseg_uda.planning.label_values import meaning_of


def meaning(values, *names, **values_of):
    index = {name: i for i, name in enumerate(values_of)}
    given = None
    if names:
        given = GivenClasses(names)
    elif values_of:
        given = GivenClasses(
            tuple(values_of), {v: index[n] for n, v in values_of.items()}
        )
    found = meaning_of(dict.fromkeys(values, 10), given)
    return found.classes, found.label_map


@pytest.mark.parametrize(
    ("values", "classes", "label_map"),
    [
        ([0, 1], ("background", "foreground"), None),
        ([0, 255], ("background", "foreground"), {0: 0, 255: 1}),
        ([0, 1, 255], ("background", "foreground"), None),
        ([0, 1, 2], ("class_0", "class_1", "class_2"), None),
        ([1, 2, 3], ("class_1", "class_2", "class_3"), {1: 0, 2: 1, 3: 2}),
        ([0, 128, 255], ("class_0", "class_128", "class_255"), {0: 0, 128: 1, 255: 2}),
        ([0, 7, 255], ("class_0", "class_7"), {0: 0, 7: 1}),
    ],
)
def test_meaning_of__values_that_nobody_names(values, classes, label_map):
    assert meaning(values) == (classes, label_map)


@pytest.mark.parametrize(
    ("values", "names", "label_map"),
    [
        ([0, 1], "ab", None),
        ([0, 2], "abc", None),
        ([0, 255], "ab", {0: 0, 255: 1}),
        ([0, 1, 255], "ab", None),
        ([1, 2], "ab", {1: 0, 2: 1}),
        ([0, 1, 2], "ab", {0: 255, 1: 0, 2: 1}),
        ([0, 128, 255], "abc", {0: 0, 128: 1, 255: 2}),
        ([3, 9, 255], "ab", {3: 0, 9: 1}),
    ],
)
def test_meaning_of__names_alone(values, names, label_map):
    assert meaning(values, *names) == (tuple(names), label_map)


def test_meaning_of__one_name_is_not_enough():
    for values in ([0, 255], [0, 1], [0]):
        with pytest.raises(ValueError, match=r"one class, wall, .* background wall"):
            meaning(values, "wall")


def test_meaning_of__255_is_not_ignored_where_a_class_has_no_pixel():
    with pytest.raises(ValueError, match=r"1 is crack, but .* say crack=255; .*ignore"):
        meaning([0, 255], wall=0, crack=1)
    # a class that no label shows, and 255 for what has none, both as usual
    assert meaning([0, 1, 255], wall=0, crack=1) == (("wall", "crack"), {0: 0, 1: 1})
    assert meaning([0], wall=0, crack=1) == (("wall", "crack"), {0: 0, 1: 1})


def test_meaning_of__values_by_name():
    assert meaning([3, 9, 255], b=9, a=3) == (("b", "a"), {9: 0, 3: 1})


@pytest.mark.parametrize(
    ("values", "names", "said"),
    [
        ([255], "", "255 alone"),
        ([0], "", "0 alone: .*nothing to tell apart"),
        (range(0, 255, 3), "", "85 values, .*photographs"),
        ([0, 3, 9], "ab", "2 classes, .*0 .*, 3 .*, 9 .*NAME=0 NAME=3 NAME=9"),
    ],
)
def test_meaning_of__refuses(values, names, said):
    with pytest.raises(ValueError, match=said):
        meaning(values, *names)


def test_meaning_of__a_value_that_was_forgotten():
    with pytest.raises(ValueError, match=r"what 4 \(33 %\) is: add NAME=4"):
        meaning([0, 1, 4], a=0, b=1)
