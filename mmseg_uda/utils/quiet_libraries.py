"""Warnings of libraries that are about nothing a user of this project can change."""

import warnings

# how messages begin
_BESIDE_THE_POINT = (
    # heads are resized once to the size of the labels, as the papers have it
    "When align_corners=True, the output would more aligned",
    # two channels and a softmax are what every loss and map here expects
    "For binary segmentation, we suggest using",
    # the losses of heads are not what is minimised here
    "Default ``avg_non_ignore`` is False",
    # mmengine of itself
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias of "LocalBackend"',
)


def quiet_libraries() -> None:
    """Hide those that every command would show, some dozens of times.

    Processes that are forked from this one hide them too.
    """
    for message in _BESIDE_THE_POINT:
        warnings.filterwarnings("ignore", message)
