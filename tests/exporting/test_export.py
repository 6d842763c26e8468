"""Whole exports: what stock mmseg, onnxruntime and torch make of them."""

import json
import sys

import numpy as np
import onnxruntime
import pytest
import tifffile
import torch
from in_process import call
from PIL import Image

from mmseg_uda.exporting import export as export_module
from mmseg_uda.exporting import onnx_export
from mmseg_uda.exporting.network_program import NetworkProgram, exported_program
from mmseg_uda.exporting.onnx_export import onnx_network
from mmseg_uda.stages import Request, Resolver

TOOL = "tools/export.py"
CONFIG = """
_base_ = "mmseg_uda::_base_/own/mrnet_lcrf.py"
own = dict(
    metainfo=dict(classes=("wall", "crack")),
    num_classes=2,
    source=dict(type="LabelledFolder", data_root="a"),
    target=dict(type="UnlabelledFolder", data_root="b"{reader}),
    network="_own_.networks.tiny",
    scale=(96, 96),
    crop_size=(64, 64),
    iters=2,
)
"""


def write_config(folder, reader=""):
    path = folder / "mine.py"
    path.write_text(CONFIG.format(reader=reader))
    return path


def write_weights(config, folder):
    """Weights whose predictions have both classes."""
    resolver = Resolver(Request(config))
    cfg = resolver.stage_config(resolver.training_stage(None))
    torch.manual_seed(0)
    model = export_module.build_model(cfg)
    for layer in model.modules():  # statistics that a training would have left
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(layer.running_mean, std=0.1)
    torch.save({"state_dict": model.state_dict()}, folder / "iter_2.pth")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_weights(write_config(tmp_path), tmp_path)
    result = {"history": [{"iter": 2, "mIoU": 51.5}], "final": None, "best": None}
    (tmp_path / "result.json").write_text(json.dumps(result))
    return tmp_path


def run(monkeypatch, *arguments):
    return call(monkeypatch, TOOL, "mine.py", "iter_2.pth", "--out", "out", *arguments)


def photo(size=(75, 110)):
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 255, (7, 9, 3), np.uint8))
    return np.asarray(coarse.resize(size[::-1], Image.BICUBIC))


@pytest.mark.slow
def test_export__onnx_and_program_predict_what_the_checkpoint_does(
    folder, monkeypatch, capsys
):
    assert run(monkeypatch, "--onnx", "--torch-export") == 0
    said = capsys.readouterr().out
    assert "README.md, model.onnx, model.pt2, model.pth, model.py" in said
    report = json.loads((folder / "out/export.json").read_text())
    assert report["checked"]["pixels_that_differ"] == 0
    (folder / "images").mkdir()
    Image.fromarray(photo()).save(folder / "images/1.png")
    for out, model in (("ours", ["mine.py", "iter_2.pth"]), ("export", ["out"])):
        code = call(
            monkeypatch,
            "tools/predict.py",
            *model,
            "images",
            "--out",
            out,
            "--confidence",
        )
        assert code == 0
    ours, theirs = (
        np.asarray(Image.open(folder / out / "labels/1.png"))
        for out in ("ours", "export")
    )
    assert np.array_equal(ours, theirs)
    assert set(np.unique(ours)) == {0, 1}
    session = onnxruntime.InferenceSession("out/model.onnx")
    meta = session.get_modelmeta().custom_metadata_map
    assert json.loads(meta["classes"]) == ["wall", "crack"]
    labels, confidence = session.run(None, {"image": photo()})
    sure = np.asarray(Image.open(folder / "ours/confidence/1.png")) / 255
    assert np.abs(confidence - sure).max() < 0.02
    assert (labels == ours)[sure > 0.51].all()
    network = torch.export.load(folder / "out/model.pt2").module()
    assert network(torch.rand(1, 3, 51, 77) * 255).shape[:2] == (1, 2)
    card = (folder / "out/README.md").read_text()
    assert "The logits of `model.pt2` are PyTorch's" in card
    for words in ("| 1 | crack |", "| mIoU | 51.5 |", "stage_two: train", "L = 1 *"):
        assert words in card
    assert not list(folder.glob(".out*"))  # no half-made folder


def test_export__16_bit_images_are_read_as_in_training(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    config = write_config(tmp_path, ", value_range=(100, 4000), bands=(4, 2, 1)")
    write_weights(config, tmp_path)
    assert run(monkeypatch) == 0
    pixels = photo().astype(np.uint16) * 15 + 100
    bands = np.concatenate([pixels, pixels[..., :1]], axis=-1)
    (tmp_path / "images").mkdir()
    tifffile.imwrite("images/1.tif", bands, planarconfig="contig")
    for out, model in (("ours", ["mine.py", "iter_2.pth"]), ("export", ["out"])):
        code = call(
            monkeypatch, "tools/predict.py", *model, "images", "--out", out, "--overlay"
        )
        assert code == 0
    for file in ("labels/1.png", "overlays/1.jpg"):
        assert (tmp_path / "ours" / file).read_bytes() == (
            tmp_path / "export" / file
        ).read_bytes()
    assert (
        "value_range=(100, 4000), bands=(4, 2, 1)"
        in (tmp_path / "out/README.md").read_text()
    )


def test_export__a_folder_is_replaced_only_if_asked_to(folder, monkeypatch, capsys):
    (folder / "out").mkdir()
    (folder / "out/notes.txt").write_text("mine")
    assert run(monkeypatch) != 0
    said = capsys.readouterr()
    assert "out holds other files than an export" in said.err
    assert "takes a minute" not in said.out
    (folder / "out/notes.txt").unlink()
    left = folder / ".out.export-killed"
    left.mkdir()
    assert run(monkeypatch) == 0
    assert not left.exists()
    assert run(monkeypatch) != 0
    assert "replace it with --overwrite" in capsys.readouterr().err
    before = (folder / "out/export.json").stat().st_mtime_ns
    assert run(monkeypatch, "--overwrite") == 0
    assert (folder / "out/export.json").stat().st_mtime_ns > before


def test_export__what_predicts_otherwise_is_not_written(folder, monkeypatch, capsys):
    write = export_module.write_plain

    def broken(out, plain, segmentor, meta):
        with torch.no_grad():
            segmentor.decode_head.head[1].weight[0] += 1
        write(out, plain, segmentor, meta)

    monkeypatch.setattr(export_module, "write_plain", broken)
    assert run(monkeypatch) != 0
    assert "predicts otherwise with the export" in capsys.readouterr().err
    assert not (folder / "out").exists()
    assert not list(folder.glob(".out*"))


def test_export__without_the_packages_of_onnx(folder, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    monkeypatch.setattr(
        "mmseg_uda.commands.run_export.find_spec", lambda name: name == "onnx" or None
    )
    assert run(monkeypatch, "--onnx") != 0
    error = capsys.readouterr().err
    assert (
        "--onnx needs onnxscript, onnxruntime: pip install 'mmseg_uda[onnx]'" in error
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            dict(test_cfg=dict(mode="slide", crop_size=(64, 64), stride=(32, 32))),
            "sliding windows",
        ),
        (dict(preprocessor=dict(size_divisor=16)), "pads images in a test"),
    ],
)
def test_program__what_is_no_single_program_is_refused(change, words):
    segmentor, preprocessor = stock_network("FCNHead", **change)
    with pytest.raises(ValueError, match=words):
        NetworkProgram(segmentor, preprocessor)


@pytest.mark.slow
def test_onnx__pooling_to_a_grid_is_refused():
    network = NetworkProgram(*stock_network("PSPHead", pool_scales=(1, 2, 3)))
    sizes = [(64, 96), (72, 40)]
    with torch.no_grad():
        program = exported_program(network, sizes)  # torch's own is right
        with pytest.raises(
            ValueError, match=r"ONNX.* 40x72 pixels[\s\S]*without --onnx"
        ):
            onnx_network(program, network, sizes)


@pytest.mark.slow
def test_program__sizes_stay_open_where_mmseg_reads_them_as_numbers():
    segmentor, preprocessor = stock_network(
        "FPNHead", in_index=(0, 1), in_channels=(8, 32), feature_strides=(8, 16)
    )
    with torch.no_grad():
        exported_program(
            NetworkProgram(segmentor, preprocessor), [(65, 97), (73, 41), (50, 60)]
        )


def stock_network(head, test_cfg=None, preprocessor=None, **options):
    from mmseg.models import SegDataPreProcessor
    from mmseg.registry import MODELS

    options = {"in_channels": 32, "in_index": 1, **options}
    segmentor = MODELS.build(
        dict(
            type="EncoderDecoder",
            backbone=dict(
                type="DeepLabResNet",
                depth=18,
                base_channels=4,
                stem_channels=4,
                strides=(1, 2, 2, 1),
                dilations=(1, 1, 1, 1),
                out_indices=(1, 3),
            ),
            decode_head=dict(
                type=head,
                channels=8,
                num_classes=3,
                norm_cfg=dict(type="BN"),
                **options,
            ),
            test_cfg=test_cfg or dict(mode="whole"),
        )
    ).eval()
    return segmentor, SegDataPreProcessor(
        mean=[1.0] * 3, std=[2.0] * 3, size_divisor=1, test_cfg=preprocessor
    )


def test_onnx__what_the_runtime_cannot_run_is_refused():
    class Session:
        def run(self, *_):
            raise RuntimeError("indices element out of data bounds")

    with pytest.raises(ValueError, match=r"fails at an image .* export without --onnx"):
        onnx_export._run(Session(), {}, "an image of 3x5 pixels")
