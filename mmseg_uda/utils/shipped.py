"""Where configs, tools and the demo lie: in a checkout, or in an installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def project() -> Path:
    """Return the folder with ``configs/``, ``tools/``, ``demo/``, ``model-index.yml``.

    That is the checkout that the package is imported from; of an installed package,
    ``.mim`` inside it, where OpenMMLab's packages have them.
    """
    checkout = _PACKAGE.parent
    return checkout if (checkout / "configs").is_dir() else _PACKAGE / ".mim"


def shipped_config(name: str) -> Path | None:
    """Return the file that a config names as ``mmseg_uda::FILE``, None if it does not.

    Args:
        name: As the config says it.
    """
    package, colons, file = name.partition("::")
    ours = bool(colons) and package == _PACKAGE.name
    return project() / "configs" / file if ours else None


def config_file(text: str) -> Path:
    """Return the config file that a command line names.

    Args:
        text: A path; or one below ``configs/``, such as ``lcrf/mrnet_lcrf_gta.py``, if
            there is no such file here, or as ``mmseg_uda::FILE``.
    """
    given, shipped = Path(text), shipped_config(text) or project() / "configs" / text
    return shipped if not given.exists() and shipped.is_file() else given
