"""The small package that an exported network brings along."""

import json
import subprocess
import sys

import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_uda.datasets.reading import ImageReader
from mmseg_uda.exporting.image_bytes import ImageBytes
from mmseg_uda.exporting.source_bundle import SourceBundle

# networks of every part of ours, small
_BN = dict(type="BN")
NETWORKS = {
    "EfficientNetLite0": dict(out_indices=(1, 3)),
    "DeepLabResNet": dict(depth=18, base_channels=4, stem_channels=4),
    "DilatedVGG": dict(),
    "TopDownNeck": dict(in_channels=[4, 8], out_channels=4),
    "DilatedConcatHead": dict(
        in_channels=4,
        num_classes=3,
        channels=8,
        bottleneck_channels=8,
        norm_cfg=_BN,
    ),
    "DilatedSumHead": dict(in_channels=4, num_classes=3, channels=8),
    "MultiHeadEncoderDecoder": dict(
        backbone=dict(type="DeepLabResNet", depth=18, base_channels=4),
        decode_head=dict(
            type="DilatedSumHead", in_channels=32, num_classes=3, channels=8
        ),
    ),
}
_CHILD = """
import json, sys
sys.modules["mmseg_uda"] = None
sys.path.insert(0, sys.argv[1])
import importlib
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
for name in sys.argv[3:]:
    importlib.import_module(name)
init_default_scope("mmseg")
built = {
    name: {k: list(w.shape) for k, w in MODELS.build(cfg).state_dict().items()}
    for name, cfg in json.loads(sys.argv[2]).items()
}
print(json.dumps(built))
"""


def bundle(*names, prefix="adapted"):
    return SourceBundle([MODELS.get(name) for name in names], prefix)


def renamed(node, bundle):
    """A config whose types are those of the bundle."""
    if isinstance(node, dict):
        node = {key: renamed(value, bundle) for key, value in node.items()}
        if node.get("type") in NETWORKS:
            node["type"] = bundle.registered(MODELS.get(node["type"]))
    return node


def test_bundle__builds_the_same_networks_where_this_package_is_missing(tmp_path):
    made = bundle(*NETWORKS)
    made.write(tmp_path)
    configs = {
        name: renamed(dict(type=name, **options), made)
        for name, options in NETWORKS.items()
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, tmp_path, json.dumps(configs), made.name],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    built = json.loads(done.stdout.strip().splitlines()[-1])
    init_default_scope("mmseg")
    for name, options in NETWORKS.items():
        ours = MODELS.build(dict(type=name, **options)).state_dict()
        assert built[name] == {k: list(w.shape) for k, w in ours.items()}, name


def test_bundle__has_nothing_of_training_and_imports_nothing_of_ours():
    made = bundle(*NETWORKS)
    text = "\n".join(made.files.values())
    for word in ("load_pretrained(", "read_pretrained(", "init_weights(", "urlopen"):
        assert word not in text
    for line in text.splitlines():
        assert not line.startswith(("from mmseg_uda", "import mmseg_uda"))
    assert "PretrainedTrunk" not in text.replace("`PretrainedTrunk`", "")


def test_bundle__its_name_follows_the_code():
    one, same = bundle("EfficientNetLite0"), bundle("EfficientNetLite0")
    other = bundle("DilatedSumHead")
    assert one.name == same.name != other.name
    assert one.name == f"adapted_{one.code}"
    kind = MODELS.get("EfficientNetLite0")
    assert one.registered(kind) == f"EfficientNetLite0_{one.code}"
    assert f'name="EfficientNetLite0_{one.code}"' in one.files["efficientnet_lite.py"]


def test_bundle__two_of_them_and_this_package_in_one_process(tmp_path):
    import importlib

    first, second = bundle("DilatedSumHead"), bundle("DilatedSumHead", "TopDownNeck")
    sys.path.insert(0, str(tmp_path))
    try:
        for made in (first, second):
            made.write(tmp_path)
            importlib.import_module(made.name)
        kinds = {
            MODELS.get(m.registered(MODELS.get("DilatedSumHead")))
            for m in (first, second)
        }
        assert len(kinds | {MODELS.get("DilatedSumHead")}) == 3
    finally:
        sys.path.remove(str(tmp_path))
        for made in (first, second):
            for name in [n for n in sys.modules if n.startswith(made.name)]:
                del sys.modules[name]


def test_bundle__files_of_one_name_are_refused():
    class Elsewhere(ImageReader):
        pass

    Elsewhere.__module__ = "mmseg_uda.utils.plain"
    Elsewhere.__name__ = "plain"
    other = type("plain", (), {"__module__": "mmseg_uda.datasets.names.plain"})
    with pytest.raises((ValueError, ModuleNotFoundError)):
        SourceBundle([Elsewhere, other], "adapted")


def test_reading__comes_along_with_its_modules():
    made = SourceBundle([ImageBytes], "adapted")
    assert {"image_bytes.py", "image_reader.py", "tiff.py"} <= set(made.files)
    assert (
        f'register_backend("ImageBytes_{made.code}", ImageBytes)'
        in (made.files["__init__.py"])
    )
