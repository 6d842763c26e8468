#!/usr/bin/env bash
# mmengine: `_base_ = "package::file"` is for a fixed list of packages.
#
# Usual belief: a config may inherit one of any installed package that ships its configs as
#   OpenMMLab's do, in a folder `.mim/configs` beside its code: `mim install` and the
#   project templates set that folder up, and the docs show the syntax without a limit.
# What happens: the name in front of `::` must be one of some twenty that stand in mmengine's
#   source (MODULE2PACKAGE). Any other ends in an AssertionError, however well installed; the
#   same files under a name of the list are found. So a plug-in has to add its own name to
#   that dict before a config is read, which is not possible from the config itself:
#   custom_imports runs after the bases are read.
# And: each outermost dict with a `type` that comes from such a base has a key `_scope_` then,
#   the name of the package, in the merged config as well. Parts of a plug-in that registers
#   into another project's registries are so looked for under a scope that nobody has.
# Version: onedl-mmengine 0.10.12.
# Output seen:
#   ownseg::models/net.py: AssertionError: mmengine does not support to load ownseg config.
#   mmfewshot::models/net.py: found
#   inherited: {'type': 'Net', 'head': {'type': 'Head'}, '_scope_': 'mmfewshot'}
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$T/lib" \
    onedl-mmengine==0.10.12 torch==2.13.0 numpy==2.4.6 opencv-python-headless==4.13.0.92
for name in ownseg mmfewshot; do  # one package under two names
    package="$T/source_$name/$name"
    mkdir -p "$package/.mim/configs/models"
    touch "$package/__init__.py"
    echo "Import: []" > "$package/.mim/model-index.yml"
    echo 'model = dict(type="Net", head=dict(type="Head"))' \
        > "$package/.mim/configs/models/net.py"
    cat > "$T/source_$name/setup.py" <<S
from setuptools import setup
setup(name="$name", version="1.0", packages=["$name"], include_package_data=False,
      package_data={"$name": [".mim/*", ".mim/configs/models/*"]})
S
    python3 -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$T/lib" "$T/source_$name"
done
cd "$T" && PYTHONPATH="$T/lib" python3 -W ignore - <<'P'
from pathlib import Path

from mmengine.config import Config


def read(name):
    Path("leaf.py").write_text(f'_base_ = "{name}::models/net.py"\n')
    return Config.fromfile("leaf.py")


try:
    read("ownseg")
    refused = None
except AssertionError as error:
    refused = str(error)
print(f"ownseg::models/net.py: AssertionError: {refused}")
merged = read("mmfewshot").model.to_dict()
print("mmfewshot::models/net.py: found")
print("inherited:", merged)
assert refused == "mmengine does not support to load ownseg config."
assert merged["_scope_"] == "mmfewshot"
assert "_scope_" not in merged["head"]
P
