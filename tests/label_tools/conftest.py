"""Annotation tools in an environment of their own, which these tests need.

``make test-label-tools`` makes it and sets LABEL_TOOLS to its Python; without it the
tests are skipped.
"""

import os
import subprocess
import textwrap

import pytest


@pytest.fixture
def label_tool(tmp_path):
    """Run a script with the tools' Python, in an empty folder; return the folder."""
    python = os.environ.get("LABEL_TOOLS")
    if not python:
        pytest.skip("annotation tools are not here: make test-label-tools")

    def run(script):
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [python, "-c", textwrap.dedent(script)],
            cwd=tmp_path,
            env={**environment, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return tmp_path

    return run
