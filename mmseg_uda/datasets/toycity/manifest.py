"""What a ToyCity folder holds, written down beside it."""

import json
from pathlib import Path
from typing import Any

#: Raised whenever the same settings would give other pictures.
FORMAT_VERSION = 1
#: Written last: its presence says that what it lists is complete.
MANIFEST = "toycity.json"
#: Written first, removed last: what an interrupted run was about to make.
PARTIAL = "toycity.partial.json"

Settings = dict[str, Any]


def domain_settings(
    seed: int, size: tuple[int, int], counts: dict[str, int]
) -> Settings:
    """Return everything that decides the pictures of a domain."""
    return {
        "format_version": FORMAT_VERSION,
        "seed": seed,
        "size": list(size),
        "counts": dict(counts),
    }


def read_domains(path: Path) -> dict[str, dict]:
    """Return a manifest's entries by domain, empty if there is no such file.

    Raises:
        ValueError: If the file is not a ToyCity manifest.
    """
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["domains"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a ToyCity manifest ({error}); remove it if the folder's "
            "contents are not needed, or choose another --out"
        ) from error


def manifest_bytes(domains: dict[str, dict]) -> bytes:
    """Encode a manifest."""
    content = {"format_version": FORMAT_VERSION, "domains": domains}
    return (json.dumps(content, indent=2) + "\n").encode()


def check_settings(found: Settings, wanted: Settings, out: Path, domain: str) -> None:
    """Refuse to mix pictures of different settings in one folder.

    Raises:
        ValueError: If the settings differ; names those that do.
    """
    differences = [
        f"{key} is {found.get(key)} there, {value} was asked for"
        for key, value in wanted.items()
        if found.get(key) != value
    ]
    if differences:
        raise ValueError(
            f"{out / domain} was made with other settings: {'; '.join(differences)}. "
            "Pass --overwrite to draw it anew, or another --out"
        )
