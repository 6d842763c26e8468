"""Is everything there that the package needs, and does importing it stay quiet?"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from importlib.util import find_spec
from io import StringIO
from typing import Any

REQUIRED = {
    "torch": "torch",
    "mmengine": "onedl-mmengine (or mmengine)",
    "mmcv": "onedl-mmcv (or mmcv)",
    "mmseg": "onedl-mmsegmentation (or mmsegmentation)",
    "cv2": "'opencv-python<5'",
    "prettytable": "prettytable",
    "rich": "rich",
    "sklearn": "scikit-learn",
}

# Said by mmcv and torch on import, about parts that this package does not use.
FOREIGN_WARNINGS = (
    "Fail to import ``MultiScaleDeformableAttention``",
    "torch.jit",
    "pkg_resources",
    "`TorchScript` support for functional optimizers",  # torch up to 2.6
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
            # not by a filter: torch sets its own, "always", around what it says
            warnings.showwarning = partial(_show_unless_foreign, warnings.showwarning)
            yield
    finally:
        for line in printed.getvalue().splitlines():
            if line not in FOREIGN_LINES:
                print(line)


def _show_unless_foreign(show: Callable, message: Warning | str, *details: Any) -> None:
    if not any(foreign in str(message) for foreign in FOREIGN_WARNINGS):
        show(message, *details)
