"""Import paths that the docs showed before, for one release."""

import importlib
import sys

import pytest

from mmseg_uda import toycity


def test_toycity__under_its_old_name_for_this_release():
    sys.modules.pop("mmseg_uda.datasets.toycity", None)
    with pytest.warns(DeprecationWarning, match=r"is now mmseg_uda\.toycity"):
        old = importlib.import_module("mmseg_uda.datasets.toycity")
    assert old.make_toycity is toycity.make_toycity
    assert old.ensure_toycity is toycity.ensure_toycity
