"""What the tools' command lines have in common."""

import argparse
from collections.abc import Sequence

from mmengine.config import DictAction


class KeyValueAction(DictAction):
    """mmengine's ``KEY=VALUE ...``, with an error that shows the mistake."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Sequence[str],
        option_string: str | None = None,
    ) -> None:
        """Read the pairs, or end the program with a usage message."""
        for pair in values:
            if not pair.partition("=")[0] or "=" not in pair:
                parser.error(
                    f"{option_string} takes KEY=VALUE pairs, such as "
                    f"train_cfg.max_iters=1000, got '{pair}'"
                )
            try:
                super().__call__(parser, namespace, [pair], option_string)
            except (AssertionError, ValueError) as error:
                parser.error(f"{option_string} {pair}: cannot read the value: {error}")
