"""Translating a folder: what is written, going on after a kill, and what is refused."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from torch import nn

from mmseg_uda.translation import TranslationWriter, Translator, run_translate_stage

GENERATOR = dict(type="ResNetGenerator", channels=4, num_blocks=1)
PIPELINE = [dict(type="LoadImageFromFile"), dict(type="PackSegInputs")]
NAMES = ["00.png", "01.png", "city/02.jpg", "city/03.png"]


def config(flip=False, pipeline=PIPELINE, **heads):
    preprocessor = dict(
        type="MultiDomainDataPreProcessor",
        mean=[104.0, 117.0, 123.0],
        std=[1.0, 2.0, 57.0],
        bgr_to_rgb=flip,
    )
    heads = heads or dict(g_st=GENERATOR, g_ts=GENERATOR)
    model = dict(type="UDASegmentor", heads=heads, data_preprocessor=preprocessor)
    return Config(dict(model=model, translate_pipeline=pipeline))


@pytest.fixture
def setting(tmp_path):
    """Four images in ``images`` and a checkpoint of two generators."""
    rng = np.random.default_rng(0)
    for name in NAMES:
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), rng.integers(0, 256, (18, 25, 3), dtype=np.uint8))
    torch.manual_seed(0)
    weights = {
        f"heads.{head}.{name}": value * 20  # far from grey
        for head in ("g_st", "g_ts")
        for name, value in MODELS.build(GENERATOR).state_dict().items()
    }
    torch.save({"state_dict": weights}, tmp_path / "weights.pth")
    return tmp_path


def translate(setting, out="out", cfg=None, **options):
    options = {"images": setting / "images", "num_workers": 0, **options}
    return run_translate_stage(
        cfg or config(), setting / "weights.pth", setting / out, device="cpu", **options
    )


def written(setting, out="out"):
    root = Path(setting, out)
    return {p.relative_to(root).as_posix(): p for p in root.rglob("*") if p.is_file()}


def content(setting, out="out"):
    return {name: path.read_bytes() for name, path in written(setting, out).items()}


def test_translate__writes_each_image_under_its_name(setting):
    manifest = translate(setting)
    assert set(written(setting)) == {
        "settings.json",
        "images.jsonl",
        "translated.json",
        *(f"images/{Path(name).with_suffix('.png').as_posix()}" for name in NAMES),
    }
    assert manifest == json.loads((setting / "out/translated.json").read_text())
    assert manifest["num_images"] == 4
    assert manifest["generator"] == "g_st"
    sizes = [p.stat().st_size for n, p in written(setting).items() if n[-3:] == "png"]
    assert manifest["bytes"] == sum(sizes)


@pytest.mark.parametrize("flip", [False, True])
def test_translate__pixels_are_those_of_the_generator(setting, flip):
    translate(setting, cfg=config(flip))
    weights = torch.load(setting / "weights.pth")["state_dict"]
    net = MODELS.build(GENERATOR)
    own = {n[len("heads.g_st.") :]: w for n, w in weights.items() if "g_st" in n}
    net.load_state_dict(own)
    for name in NAMES:
        image = cv2.imread(str(setting / "images" / name)).astype(np.float32)
        channels = image[..., ::-1] if flip else image
        unit = torch.from_numpy(channels.copy()).permute(2, 0, 1)[None] / 127.5 - 1
        with torch.no_grad():
            out = ((net(unit)[0] + 1) * 127.5).permute(1, 2, 0).numpy()
        out = out[..., ::-1] if flip else out
        file = Path("out/images", name).with_suffix(".png")
        ours = cv2.imread(str(setting / file)).astype(np.float32)
        assert ours.std() > 10
        assert np.abs(ours - out).max() < 0.51  # rounded


@pytest.mark.parametrize("flip", [False, True])
def test_translator__that_changes_nothing_gives_the_files_back(setting, flip):
    translator = Translator(config(flip), None)
    translator.net = nn.Identity()
    image = cv2.imread(str(setting / "images/00.png"))
    inputs = torch.from_numpy(image).permute(2, 0, 1)
    (out,) = translator({"inputs": [inputs], "data_samples": None})
    assert np.array_equal(out.numpy(), image)


def test_translate__takes_no_padding_for_a_part_of_the_image(setting):
    """A preprocessor may pad for its segmentor; a translator's images are whole."""
    translate(setting)
    padding = config()
    padding.model.data_preprocessor.test_cfg = dict(size_divisor=32)
    translate(setting, "padded", padding)
    for name in NAMES:
        file = Path("images", name).with_suffix(".png")
        ours, theirs = (setting / out / file for out in ("padded", "out"))
        assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("scale", [(12, 16), (64, 40)])
def test_translate__is_as_large_as_the_original(setting, scale):
    resize = dict(type="Resize", scale=scale, keep_ratio=False)
    cfg = config(pipeline=[PIPELINE[0], resize, PIPELINE[1]])
    translate(setting, cfg=cfg)
    assert cv2.imread(str(setting / "out/images/city/02.png")).shape == (18, 25, 3)


def test_translate__in_batches_is_the_same_up_to_rounding(setting):
    translate(setting, "ones")
    translate(setting, "threes", batch_size=3)
    for name, path in written(setting, "ones").items():
        if name.endswith(".png"):
            one = cv2.imread(str(path)).astype(int)
            other = cv2.imread(str(setting / "threes" / name)).astype(int)
            assert np.abs(one - other).max() <= 1


def test_translate__goes_on_after_a_kill(setting, monkeypatch):
    translate(setting, "whole")
    write, done = TranslationWriter.write, []

    def killed(self, name, image):
        if len(done) == 2:
            # cut off in the middle of writing
            (self.folder / "images/.x.png.123.tmp").write_bytes(b"half")
            with self.journal.own_file.open("ab") as file:
                file.write(b'{"image": "city/')
            raise KeyboardInterrupt
        done.append(name)
        write(self, name, image)

    monkeypatch.setattr(TranslationWriter, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        translate(setting)
    assert not (setting / "out/translated.json").exists()
    (setting / "out/images/00.png").write_bytes(b"damaged")
    again = []
    monkeypatch.setattr(
        TranslationWriter,
        "write",
        lambda self, name, image: (again.append(name), write(self, name, image)),
    )
    translate(setting)
    assert again == ["00.png", "city/02.jpg", "city/03.png"]
    assert content(setting) == content(setting, "whole")
    again.clear()
    translate(setting)  # finished: only checked
    assert again == []


def test_translate__leaves_other_settings_alone(setting):
    translate(setting)
    before = content(setting)
    with pytest.raises(ValueError, match=r"generator: 'g_st' -> 'g_ts'"):
        translate(setting, generator="g_ts")
    with pytest.raises(ValueError, match="num_images: 4 -> 2"):
        translate(setting, images=setting / "images/city")
    assert content(setting) == before
    translate(setting, generator="g_ts", overwrite=True)
    assert content(setting)["images/00.png"] != before["images/00.png"]


def test_translate__leaves_other_data_alone(setting):
    (setting / "out/images").mkdir(parents=True)
    with pytest.raises(FileExistsError, match=r"not written as translated images"):
        translate(setting, overwrite=True)
    (setting / "labels").mkdir()
    (setting / "labels/settings.json").write_text('{"rule": 1}')
    with pytest.raises(FileExistsError, match="was not written with translated images"):
        translate(setting, "labels")
    with pytest.raises(ValueError, match="lies in the image folder"):
        translate(setting, "images/translated")


def test_translate__says_what_is_missing(setting):
    with pytest.raises(ValueError, match=r"no head 'g_s' to translate.*g_st, g_ts"):
        translate(setting, generator="g_s")
    third = config(g_st=GENERATOR, g_third=GENERATOR)
    with pytest.raises(ValueError, match=r"holds no head 'g_third'; it holds: g_st"):
        translate(setting, cfg=third, generator="g_third")
    others = config(
        d_t=dict(type="PatchDiscriminator", channels=(4, 8)),
        c=dict(
            type="DilatedRegionHead", in_channels=8, num_regions=5, patch_size=(4, 8)
        ),
    )
    for name, kind in (("d_t", "PatchDiscriminator"), ("c", "DilatedRegionHead")):
        with pytest.raises(
            ValueError, match=f"'{name}' is a {kind}, which makes no im"
        ):
            translate(setting, cfg=others, generator=name)
    wide = config(g_st=dict(GENERATOR, channels=5))
    with pytest.raises(ValueError, match="fits ResNetGenerator only in part"):
        translate(setting, cfg=wide)
    with pytest.raises(ValueError, match="has no translate_pipeline"):
        translate(setting, cfg=config(pipeline=None))
    with pytest.raises(ValueError, match=r"has no .*\.source, whose images would"):
        translate(setting, images=None)
    data = dict(dataset=dict(domains=dict(source={}, target={})))
    misspelt = Config(dict(config().to_dict(), train_dataloader=data))
    with pytest.raises(ValueError, match="Did you mean 'target'"):
        translate(setting, cfg=misspelt, images=None, domain="tagret")
    cv2.imwrite(str(setting / "images/00.png"), np.zeros((20, 25, 3), np.uint8))
    with pytest.raises(ValueError, match=r"differ in size: \[\(18, 25\), \(20, 25\)\]"):
        translate(setting, batch_size=2)
