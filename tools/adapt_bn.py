"""Give a checkpoint the batch norm statistics of images, as ``mmseg-uda adapt-bn``."""

import os

os.environ["MMSEG_UDA_COMMAND"] = str(os.getpid())  # its parts are imported when needed

from mmseg_uda.commands.main import main

if __name__ == "__main__":
    main("adapt-bn")
