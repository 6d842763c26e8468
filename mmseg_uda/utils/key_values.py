"""``KEY=VALUE ...`` on a command line."""

import argparse
import ast
from collections.abc import Sequence

_HOW = (
    "a dict is written {'key': 'text', 'other': 1}, with quotes around names and texts "
    "and without calls, or entry by entry, KEY.key=text KEY.other=1"
)


class KeyValueAction(argparse.Action):
    """mmengine's ``KEY=VALUE ...``, with an error that shows the mistake."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Sequence[str],
        option_string: str | None = None,
    ) -> None:
        """Read the pairs, or end the program with a usage message."""
        from mmengine.config import DictAction  # takes seconds, without need for a help

        given = {"option_strings": self.option_strings, "dest": self.dest, "nargs": "+"}
        theirs = DictAction(**given)
        for pair in values:
            if not pair.partition("=")[0] or "=" not in pair:
                parser.error(
                    f"{option_string} takes KEY=VALUE pairs, such as "
                    f"train_cfg.max_iters=1000, got '{pair}'"
                )
            try:
                if _has_dict(pair):  # which mmengine would cut at its commas
                    self._set_literal(namespace, pair)
                else:
                    theirs(parser, namespace, [pair], option_string)
            except (AssertionError, ValueError, RecursionError) as error:
                # mmengine's recursion has no end where a comma follows f(
                told = _HOW if isinstance(error, RecursionError) else error
                parser.error(f"{option_string} {pair}: cannot read the value: {told}")

    def _set_literal(self, namespace: argparse.Namespace, pair: str) -> None:
        """Set a value with a dict in it, written as in Python.

        Raises:
            ValueError: If it is none.
        """
        key, _, text = pair.partition("=")
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError) as error:
            raise ValueError(_HOW) from error
        options = getattr(namespace, self.dest) or {}
        setattr(namespace, self.dest, {**options, key: value})


def _has_dict(pair: str) -> bool:
    """Whether a value is a dict, or a list that begins with one."""
    return pair.partition("=")[2].replace(" ", "").lstrip("[(").startswith("{")
