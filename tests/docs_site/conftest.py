"""The site, built once for all tests of this folder."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs" / "site"))


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """Its folder. Every warning of Sphinx is an error, as in ``make docs``."""
    folder = tmp_path_factory.mktemp("site")
    options = ("-c", "docs/site", "-d", folder / "doctrees", "-W", "--keep-going", "-q")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *map(str, options), ".", str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return folder / "html"
