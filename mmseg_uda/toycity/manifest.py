"""What a ToyCity folder holds, written down beside it."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from .formats import DEFAULT_COUNTS, DEFAULT_SIZES, DOMAINS

#: Raised whenever the same settings would give other pictures.
FORMAT_VERSION = 1
#: Written last: its presence says that what it lists is complete.
MANIFEST = "toycity.json"
#: Written first, removed last: what an interrupted run was about to make.
PARTIAL = "toycity.partial.json"

Settings = dict[str, Any]


def all_settings(
    only: Collection[str],
    seed: int,
    counts: dict[str, dict[str, int]],
    sizes: dict[str, tuple[int, int]],
) -> dict[str, Settings]:
    """Return the settings of each domain in ``only``, defaults filled in.

    Raises:
        ValueError: If a name is unknown or a number is out of range.
    """
    unknown = sorted((set(only) | set(counts) | set(sizes)) - set(DOMAINS))
    if unknown:
        raise ValueError(f"unknown domains {unknown}; choose of {', '.join(DOMAINS)}")
    if not only:
        raise ValueError(f"give at least one domain of {', '.join(DOMAINS)}")
    check_seed(seed)
    wanted = {}
    for domain in DOMAINS:
        if domain in only:
            size = sizes.get(domain, DEFAULT_SIZES[domain])
            number = DEFAULT_COUNTS[domain] | counts.get(domain, {})
            for split in number.keys() - DEFAULT_COUNTS[domain].keys():
                raise ValueError(f"{domain} has no split '{split}'")
            if min(size) < 16 or min(number.values()) < 1:
                raise ValueError(
                    f"{domain} needs at least one picture per split and 16 pixels a "
                    f"side, got {number} of {size[0]}x{size[1]}"
                )
            wanted[domain] = {
                "format_version": FORMAT_VERSION,
                "seed": seed,
                "size": list(size),
                "counts": number,
            }
    return wanted


def check_seed(seed: int) -> None:
    """Refuse a seed that no generator takes.

    Raises:
        ValueError: If it is negative.
    """
    if seed < 0:
        raise ValueError(f"seed must be >= 0, got {seed}; the default is 0")


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
