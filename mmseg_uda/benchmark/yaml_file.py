"""Reading the YAML files that say what to train."""

from collections.abc import Set
from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        ValueError: If it is not there, cannot be read or is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise ValueError(
            f"{path} does not exist (looked in {Path.cwd()}); those that come with the "
            "project are docs/benchmarks/*.yml"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read as YAML: {error}") from error


def has_keys(entry: object, needed: Set[str], known: Set[str]) -> bool:
    """Say whether an entry is a mapping with all needed keys and no unknown one."""
    return isinstance(entry, dict) and needed <= set(entry) <= known
