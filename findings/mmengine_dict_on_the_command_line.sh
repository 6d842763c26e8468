#!/usr/bin/env bash
# mmengine: a dict given to --cfg-options becomes a list of its pieces.
#
# Usual belief: DictAction, which reads numbers, True, None, lists, tuples and their
#   nestings, reads a dict as well, or refuses it: "head={'type':'A','on':'t'}".
# What happens: the value is cut at its commas, outer quotes are stripped, and the config
#   holds a list of texts, without a word; a dict of one entry stays a text. In a nested
#   list of dicts every dict of one entry becomes a text, too.
# Why it matters here: parts of a model are dicts. A key that is read with `.get` or
#   `in` fails much later and elsewhere, or goes on with the list.
# Version: onedl-mmengine 0.10.12 (same code in mmengine 0.10.7).
# Output seen:
#   ["{'type':'A", "on':'t'}"]
#   "{'type':'A'}"
#   ["{'a':1}", "{'b':2}"]
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onedl-mmengine==0.10.12 torch==2.13.0 numpy==2.4.6 \
    opencv-python-headless==4.13.0.92
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import argparse

from mmengine.config import DictAction

parser = argparse.ArgumentParser()
parser.add_argument("--cfg-options", nargs="+", action=DictAction)


def read(value):
    return parser.parse_args(["--cfg-options", f"head={value}"]).cfg_options["head"]


cut = read("{'type':'A','on':'t'}")
one = read("{'type':'A'}")
nested = read("[{'a':1},{'b':2}]")
for value in (cut, one, nested):
    print(repr(value))
assert read("[(1,2),(3,4)]") == [(1, 2), (3, 4)]  # nestings of these are read
assert cut == ["{'type':'A", "on':'t'}"]
assert one == "{'type':'A'}"
assert nested == ["{'a':1}", "{'b':2}"]
P
