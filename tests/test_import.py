"""Importing the package says nothing, and says what is missing."""

import subprocess
import sys
import warnings

import pytest

from mmseg_uda.utils import environment


@pytest.mark.slow
def test_import__is_quiet():
    done = subprocess.run(
        [sys.executable, "-c", "import mmseg_uda; print(mmseg_uda.__version__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_quiet_foreign_imports__lets_everything_else_through(capsys):
    with environment.quiet_foreign_imports():
        print("Could not import OneDL")
        print("something that matters")
    assert capsys.readouterr().out == "something that matters\n"


def test_quiet_foreign_imports__drops_known_warnings_whatever_the_filters(recwarn):
    with environment.quiet_foreign_imports(), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("see torch.jit for that", stacklevel=1)
        warnings.warn("something that matters", stacklevel=1)
    assert [str(warning.message) for warning in recwarn] == ["something that matters"]


def test_check_environment__names_what_is_missing(monkeypatch):
    monkeypatch.setitem(environment.REQUIRED, "no_such_module", "'no-such<1'")
    with pytest.raises(ImportError, match=r"'no-such<1'.*requirements\.txt"):
        environment.check_environment()
