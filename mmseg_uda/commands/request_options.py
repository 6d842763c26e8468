"""Options of several commands that say on what they run, and the request they make."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .choices import DEVICES, TOY_NETWORKS, TOY_ROOT

if TYPE_CHECKING:
    from mmseg_uda.stages import Request

#: Fields of a request that :func:`add_toy` adds options for.
TOY = ("toy", "toy_root", "toy_network")


def add_toy(
    parser: argparse._ActionsContainer, does: str = "as tools/train.py --toy"
) -> None:
    """Add ``--toy``, ``--toy-root`` and ``--toy-network``; see :data:`TOY`."""
    parser.add_argument("--toy", action="store_true", help=does)
    parser.add_argument(
        "--toy-root",
        default=TOY_ROOT,
        metavar="DIR",
        help="where ToyCity lies or will be drawn to (default: %(default)s)",
    )
    add_toy_network(parser)


def add_toy_network(
    parser: argparse._ActionsContainer, default: str | None = None
) -> None:
    """Add ``--toy-network``: which small network ``--toy`` puts in a ResNet's place.

    Args:
        parser: Gets the option.
        default: What holds without it, for the help, if that is no fixed network.
    """
    parser.add_argument(
        "--toy-network",
        choices=TOY_NETWORKS,
        help="the small network of --toy: an EfficientNet-Lite0 with ImageNet weights, "
        "or a ResNet-18 of 8 channels with random ones "
        f"(default: {default or TOY_NETWORKS[0]})",
    )


def add_root(
    parser: argparse._ActionsContainer, domain: str, holds: str | None = None
) -> None:
    """Add ``--source-root`` or ``--target-root``, by its domain."""
    parser.add_argument(
        f"--{domain}-root",
        metavar="DIR",
        help=f"folder of {holds or f'the {domain} data'} (default: the config's)",
    )


def add_device(parser: argparse._ActionsContainer) -> None:
    """Add ``--device``."""
    parser.add_argument(
        "--device", choices=DEVICES, help="default: a GPU if there is one"
    )


def add_num_workers(parser: argparse._ActionsContainer) -> None:
    """Add ``--num-workers``: processes that load images, None for the config's."""
    parser.add_argument(
        "--num-workers",
        type=at_least(0),
        metavar="N",
        help="processes that load images (default: the config's)",
    )


def add_seed(parser: argparse._ActionsContainer, of: str, **more: Any) -> None:
    """Add ``--seed``."""
    parser.add_argument(
        "--seed", type=at_least(0), metavar="N", help=f"seed of {of}", **more
    )


def add_image_folder(parser: argparse.ArgumentParser, default: str) -> None:
    """Add ``--images`` and ``--image-suffix``; see :func:`check_image_folder`.

    Args:
        parser: Gets the options.
        default: Whose images are taken without them.
    """
    parser.add_argument(
        "--images", metavar="DIR", help=f"folder of images; default: {default}"
    )
    parser.add_argument(
        "--image-suffix",
        metavar="SUFFIX",
        help="ending of the images in that folder, such as _leftImg8bit.png; default: "
        "that of any image",
    )


def check_image_folder(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """End with an error if there is a suffix and no folder."""
    if args.image_suffix and not args.images:
        parser.error("--image-suffix is of the folder that --images names")


def at_least(lowest: int) -> Callable[[str], int]:
    """Return a ``type`` of options: a whole number that is not below ``lowest``."""

    def whole_number(text: str) -> int:
        number = int(text)
        if number < lowest:
            raise argparse.ArgumentTypeError(
                f"must be {lowest} or larger, got {number}"
            )
        return number

    return whole_number


def request_of(args: argparse.Namespace, *fields: str, **more: Any) -> Request:
    """Return what the command line asks for.

    Args:
        args: The command line, with a config and perhaps ``--cfg-options``.
        fields: Fields of the request that are options of this command, as they are
            called there: an option of the same name can be another thing elsewhere.
        **more: Fields that the command finds by itself.
    """
    from mmseg_uda.stages import Request

    given = {field: getattr(args, field) for field in fields}
    return Request(args.config, options=args.cfg_options or {}, **given, **more)
