"""Running a command in the test's own process, which spares the imports."""

import importlib
import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load(file):
    """Import a file below the repository's root; of a tool the command that it runs."""
    if Path(file).parts[0] == "tools":
        return importlib.import_module(f"mmseg_uda.commands.{Path(file).stem}")
    spec = importlib.util.spec_from_file_location(Path(file).stem, ROOT / file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(monkeypatch, file, *arguments):
    """Run ``main()`` of a file below the repository's root; return its exit code."""
    module = load(file)
    monkeypatch.setattr(sys, "argv", [str(file), *map(str, arguments)])
    try:
        return module.main() or 0
    except SystemExit as end:
        return end.code
