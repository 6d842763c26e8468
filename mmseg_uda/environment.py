"""Is everything there that the package needs, and does importing it stay quiet?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from io import StringIO

REQUIRED = {
    "torch": "torch",
    "mmengine": "onedl-mmengine (or mmengine)",
    "mmcv": "onedl-mmcv (or mmcv)",
    "mmseg": "onedl-mmsegmentation (or mmsegmentation)",
    "cv2": "'opencv-python<5'",
    "prettytable": "prettytable",
    "rich": "rich",
}

# Said by mmcv and torch on import, about parts that this package does not use.
FOREIGN_WARNINGS = (
    "Fail to import ``MultiScaleDeformableAttention``",
    ".*torch.jit.*",
    ".*pkg_resources.*",
)
# mmseg prints this, at debug level, for want of a logger.
FOREIGN_LINES = ("Could not import OneDL",)


def check_environment() -> None:
    """Look for the packages that everything else imports.

    Raises:
        ImportError: Naming what is missing and how to install it.
    """
    missing = [name for module, name in REQUIRED.items() if find_spec(module) is None]
    if missing:
        raise ImportError(
            "mmseg_uda needs packages that are not installed: "
            f"{', '.join(missing)}. Install them with `pip install -r "
            "requirements.txt` (the tested set) or `make setup`."
        )


@contextmanager
def quiet_foreign_imports() -> Iterator[None]:
    """Silence the known import-time chatter of other packages, and only that."""
    printed = StringIO()
    try:
        with warnings.catch_warnings(), redirect_stdout(printed):
            for message in FOREIGN_WARNINGS:
                warnings.filterwarnings("ignore", message=message)
            yield
    finally:
        for line in printed.getvalue().splitlines():
            if line not in FOREIGN_LINES:
                print(line)
