"""Hints for mistyped names, and values that must be one of a few."""

import pytest

from mmseg_uda.utils.suggestions import check_choice, did_you_mean


def test_the_closest_name_is_suggested():
    assert did_you_mean("lcdaa", ["mrnet", "lcda"]) == " Did you mean 'lcda'?"


def test_nothing_is_suggested_for_a_name_unlike_all_others():
    assert did_you_mean("xyz", ["mrnet", "lcda"]) == ""


@pytest.mark.parametrize("value", ["mean", "none"])
def test_an_allowed_value_passes(value):
    check_choice("norm", value, ("none", "mean"))


def test_another_value_is_refused_with_what_is_allowed():
    text = r"unknown norm 'maen', choose one of: none, mean\. Did you mean 'mean'\?"
    with pytest.raises(ValueError, match=text):
        check_choice("norm", "maen", ("none", "mean"))


@pytest.mark.parametrize("value", [None, ["mean"], {"a": 1}, 2.5])
def test_a_value_of_another_type_is_refused_the_same_way(value):
    with pytest.raises(ValueError, match="choose one of: none, mean"):
        check_choice("norm", value, {"none": 0, "mean": 1})
