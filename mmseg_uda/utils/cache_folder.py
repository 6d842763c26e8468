"""Where what can be found out again is kept between calls."""

import os
from pathlib import Path

from platformdirs import user_cache_path

VARIABLE = "MMSEG_UDA_CACHE"


def cache_folder() -> Path:
    """Return the folder: ``$MMSEG_UDA_CACHE``, else the user's cache of this system.

    It is not made here, may be deleted at any time, and need not be writable.
    """
    given = os.environ.get(VARIABLE)
    return Path(given).expanduser() if given else user_cache_path("mmseg_uda")
