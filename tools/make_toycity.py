"""Draw the embedded benchmark, as ``mmseg-uda toycity``."""

import os

os.environ["MMSEG_UDA_COMMAND"] = str(os.getpid())  # its parts are imported when needed

from mmseg_uda.commands.main import main

if __name__ == "__main__":
    main("toycity")
