"""What a conversion did, for people and for machines."""

from typing import Any

from .conversion import Conversion
from .families import FAMILIES, PATTERNS
from .matching_config import MatchingConfig
from .renaming import Row


def summary(conversion: Conversion) -> dict[str, Any]:
    """Return what was recognised and what was done, as plain values."""
    layout = conversion.layout
    return dict(
        families=[FAMILIES[name].title for name in conversion.families],
        layout=PATTERNS[layout.pattern],
        network=layout.trunk.title,
        num_classes=layout.main.num_classes,
        renamed=sum(bool(r.source and r.name) for r in conversion.rows),
        dropped=sum(r.name is None for r in conversion.rows),
        added=sum(r.source is None for r in conversion.rows),
        missing=0,
    )


def as_json(conversion: Conversion, config: MatchingConfig | None) -> dict[str, Any]:
    """Return everything there is to know, as plain values."""
    keys = [
        {"from": r.source, "to": r.name, "shape": list(r.shape), "why": r.why}
        for r in conversion.rows
    ]
    changes = None if config is None else dict(base=config.base, model=config.model)
    return {
        **summary(conversion),
        "notes": list(conversion.notes),
        "config": changes,
        "keys": keys,
    }


def as_text(
    conversion: Conversion, config: MatchingConfig | None, with_keys: bool = True
) -> str:
    """Return every key (if wanted), then the summary, the notes and the config."""
    lines = [_key_line(row) for row in conversion.rows] if with_keys else []
    found = summary(conversion)
    lines += [
        "",
        f"Recognised: {' or '.join(found['families'])} on {found['network']}, "
        f"{found['num_classes']} classes",
        f"  ({found['layout']})",
        f"Keys: {found['renamed']} renamed, {found['dropped']} dropped, "
        f"{found['added']} added, {found['missing']} missing",
        *(f"- {note}" for note in conversion.notes),
    ]
    if config is not None:
        lines += _config_lines(config)
    return "\n".join(lines)


def _key_line(row: Row) -> str:
    why = f"   ({row.why})" if row.why else ""
    return f"{row.source or '-'} -> {row.name or '-'} {list(row.shape)}{why}"


def _config_lines(config: MatchingConfig) -> list[str]:
    if not config.model:
        return [f"Config: {config.base}, as it is; all weights fit its model."]
    lines = [
        f"Config: a child of {config.base}; all weights fit its model. For instance",
        "  # configs/own/converted.py",
        *(f"  {line}" for line in config.text().splitlines()),
    ]
    if config.lcrf is not None:
        lines += [
            "and, for LCRF,",
            "  # configs/own/converted_lcrf.py",
            *(f"  {x}" for x in config.lcrf_text("./converted.py").splitlines()),
        ]
    return lines
