"""Errors with and without a text."""

from mmseg_uda.utils.error_text import said_by


def test_said_by__text():
    assert said_by(ValueError("too small")) == "ValueError: too small"


def test_said_by__no_text_shows_the_line_that_failed():
    multiple = False
    try:
        assert multiple
    except AssertionError as error:
        error.args = ()  # pytest writes a text of its own
        told = said_by(error)
    assert told.startswith(f"AssertionError in {__file__}, line ")
    assert told.endswith(": assert multiple")


def test_said_by__never_raised():
    assert said_by(KeyError()) == "KeyError"
