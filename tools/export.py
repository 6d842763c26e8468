"""Write a network as files that work elsewhere, as ``mmseg-uda export``."""

import os

if __name__ == "__main__":
    # its parts are imported once its arguments are known to be right
    os.environ["MMSEG_UDA_COMMAND"] = str(os.getpid())

    from mmseg_uda.commands.main import main

    main("export")
