#!/usr/bin/env bash
# mmengine: every data set that is built runs a full garbage collection, however small it
#   is.
#
# Usual belief: building a data set costs what listing its files costs; that of a few
#   images is free. serialize_data, the default, only changes how the list is held.
# What happens: BaseDataset packs its list into one array and then calls gc.collect(),
#   which looks at every object of the process. Behind the imports of torch and mmengine
#   that is more than a hundred thousand, for a list of one entry. With
#   serialize_data=False nothing is collected.
# Why it matters here: a training on several domains with validation builds five or more
#   data sets, and a tool that checks a config builds them once more. gc.freeze() behind
#   the imports takes these objects out of sight.
# Version: onedl-mmengine 0.10.12.
# Output seen:
#   serialize_data=True: 1 full collection, at more than 100000 objects
#   serialize_data=False: 0 full collections
#   serialize_data=True, imports frozen: 1 full collection, at less than 10000 objects
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    torch==2.13.0 numpy==2.4.6 opencv-python-headless==4.13.0.92 onedl-mmengine==0.10.12
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
import gc

from mmengine.dataset import BaseDataset


class One(BaseDataset):
    """A data set of one entry."""

    def load_data_list(self):
        return [{"img_path": "a.png"}]


def built(**options):
    seen = []

    def note(phase, info):
        if phase == "start" and info["generation"] == 2:
            seen.append(len(gc.get_objects()))

    gc.collect()
    gc.callbacks.append(note)
    One(**options)
    gc.callbacks.remove(note)
    return seen


first = built()
print(f"serialize_data=True: {len(first)} full collection, at more than 100000 objects")
assert len(first) == 1 and first[0] > 100_000, first
plain = built(serialize_data=False)
print(f"serialize_data=False: {len(plain)} full collections")
assert plain == []
gc.freeze()
frozen = built()
print(f"serialize_data=True, imports frozen: {len(frozen)} full collection, at less than "
      "10000 objects")
assert len(frozen) == 1 and frozen[0] < 10_000, frozen
P
