import re
import unicodedata
from pathlib import Path

import pytest

from mmseg_uda.datasets import LabelledFolder, UnlabelledFolder
from mmseg_uda.datasets.names.name_pairs import (
    matching_heads,
    matching_prefixes,
    matching_tails,
    near_miss,
)

NUMBERS = range(1, 15)


def best(images, labels=None):
    tails = matching_tails(images, labels)
    return [(t.image, t.label, t.pairs) for t in tails]


def test_matching_prefixes__each_label_its_own():
    images = ["a/img_1.jpg", "a/img_2.jpg"]
    labels = ["a/mask_1.png", "a/mask_2.png"]
    assert matching_prefixes(images, labels) == ("img", "mask")
    assert matching_prefixes(["1.jpg", "2.jpg"], ["gt_1.png", "gt_2.png"]) == (
        "",
        "gt_",
    )
    # another folder's label is none, and neither is one of two
    assert matching_prefixes(images, ["b/mask_1.png", "b/mask_2.png"]) is None
    assert matching_prefixes(images, ["a/mask_8.png", "a/mask_9.png"]) is None


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("{}_training.tif", "{}_manual1.gif"),  # DRIVE
        ("top_potsdam_2_{}_RGB.tif", "top_potsdam_2_{}_label.tif"),  # ISPRS
        ("0001TP_{:06d}.png", "0001TP_{:06d}_L.png"),  # CamVid
        ("x_{}_image.png", "x_{}_img.png"),  # a common beginning inside of a word
        ("a/{:03d}a.png", "a/{:03d}b.png"),
    ],
)
def test_matching_tails__of_two_folders(image, label):
    tails = [name.partition("}")[2] for name in (image, label)]
    found = best([image.format(i) for i in NUMBERS], [label.format(i) for i in NUMBERS])
    assert found == [(*tails, len(NUMBERS))]


def test_matching_tails__of_one_folder():
    chase = [f"Image_{i:02d}{t}" for i in NUMBERS
             for t in ("L.jpg", "L_1stHO.png", "L_2ndHO.png")]  # fmt: skip
    first, second, *_ = best(chase)
    assert {first, second} == {(".jpg", "_1stHO.png", 14), (".jpg", "_2ndHO.png", 14)}
    stare = [f"im{i:04d}{end}" for i in NUMBERS for end in (".ppm", ".ah.ppm")]
    assert best(stare)[0] == (".ppm", ".ah.ppm", 14)
    stare += [f"im{i:04d}.vk.ppm" for i in NUMBERS]
    assert {*best(stare)[:2]} == {(".ppm", ".ah.ppm", 14), (".ppm", ".vk.ppm", 14)}


def test_matching_tails__ids_before_pictures_of_labels():
    images = [f"a_{i:06d}_leftImg8bit.png" for i in NUMBERS]
    ends = [f"_gtFine_{end}.png" for end in ("color", "instanceIds", "labelIds")]
    labels = [f"a_{i:06d}{end}" for i in NUMBERS for end in ends]
    assert best(images, labels)[0] == ("_leftImg8bit.png", ends[2], 14)


def test_matching_tails__names_that_have_nothing_in_common():
    assert (
        best([f"a{i}.png" for i in NUMBERS], [f"b{7 * i}.png" for i in NUMBERS]) == []
    )


def test_matching_heads__with_and_without_tails():
    heads = matching_heads(["img_1.jpg", "img_2.jpg"], ["mask_2.png", "mask_1.png"])
    assert heads == ("img_1.jpg", "mask_1.png")
    images = [f"img_{i}_rgb.jpg" for i in NUMBERS]
    assert matching_heads(images, [f"gt_{i}_seg.png" for i in NUMBERS]) is not None
    assert matching_heads(images, ["other.png"]) is None


@pytest.mark.parametrize(
    ("image", "label", "why"),
    [
        ("a/1.jpg", "1.png", "in their sub-folders"),
        ("1.jpg", "001.png", "in leading zeros"),
        ("A.jpg", "a.png", "in upper and lower case"),
    ],
)
def test_near_miss__says_what_differs(image, label, why):
    assert near_miss([image], [label]) == (why, f"{image} <-> {label}")


@pytest.fixture
def draw(tmp_path, write):
    def draw_files(images, labels):
        for i in range(3):
            write.image(tmp_path / images.format(i))
            write.grey(tmp_path / labels.format(i), write.raw_ids(2))
        return str(tmp_path)

    return draw_files


def test_labelled_folder__prefixes_as_advised(draw):
    root = draw("images/img_{}.jpg", "labels/mask_{}.png")
    with pytest.raises(ValueError, match="begin differently") as refused:
        LabelledFolder(root)
    advised = dict(re.findall(r'(\w+_prefix)="(\w*)"', str(refused.value)))
    assert advised == {"image_prefix": "img", "label_prefix": "mask"}
    data = LabelledFolder(root, **advised)
    infos = [data.get_data_info(i) for i in range(len(data))]
    names = [
        tuple(Path(info[key]).name for key in ("img_path", "seg_map_path"))
        for info in infos
    ]
    assert names == [(f"img_{i}.jpg", f"mask_{i}.png") for i in range(3)]


def test_labelled_folder__accents_in_both_spellings(draw):
    composed, apart = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    assert composed != apart
    root = draw(f"images/{composed}{{}}.jpg", f"labels/{apart}{{}}.png")
    assert len(LabelledFolder(root)) == 3


def test_labelled_folder__suggests_suffixes_that_then_work(draw):
    root = draw("images/{}_training.tif", "1st_manual/{}_manual1.gif")
    folders = dict(image_dir="images", label_dir="1st_manual")
    with pytest.raises(FileNotFoundError, match="holds no ") as info:
        LabelledFolder(root, **folders)
    wanted = dict(image_suffix="_training.tif", label_suffix="_manual1.gif")
    for option, value in wanted.items():
        assert f'{option}="{value}"' in str(info.value)
    assert len(LabelledFolder(root, **folders, **wanted)) == 3


def test_labelled_folder__does_not_advise_to_leave_out_what_a_suffix_would_pair(draw):
    root = draw("images/{}.jpg", "labels/{}_gt.png")
    draw("images/{}_mask.png", "labels/{}.png")  # pairs images/0.jpg with it
    with pytest.raises(ValueError, match="3 pairs, but") as info:
        LabelledFolder(root)
    assert 'image_suffix=".jpg"' in str(info.value)
    assert "allow_unpaired" not in str(info.value)


def test_labelled_folder__advises_to_leave_out_what_no_suffix_would_pair(draw):
    root = draw("images/{}.jpg", "labels/{}.png")
    draw("images/9{}.jpg", "labels/{}.png")
    with pytest.raises(ValueError, match="set allow_unpaired=True to leave them out"):
        LabelledFolder(root)


@pytest.mark.parametrize(
    ("image", "label", "options"),
    [
        ("{}.jpg", "{}.png", {}),
        ("{}.jpg", "{}_mask.png", dict(label_suffix="_mask.png")),
        ("{}.png", "{}_L.png", dict(label_suffix="_L.png")),
        ("{}.png", "{}.ah.png", dict(image_suffix=".png", label_suffix=".ah.png")),
        ("{}_img.png", "{}.png", dict(image_suffix="_img.png")),
    ],
)
def test_labelled_folder__one_folder_of_images_and_labels(draw, image, label, options):
    root = draw(image, label)
    dataset = LabelledFolder(root, image_dir="", label_dir="", **options)
    assert len(dataset) == 3
    assert dataset.get_data_info(0)["img_path"].endswith(image.format(0))
    assert dataset.get_data_info(0)["seg_map_path"].endswith(label.format(0))


@pytest.mark.parametrize("suffix", [".png", (".jpg", ".png")])
def test_labelled_folder__an_image_is_never_its_own_label(draw, suffix):
    root = draw("{}.png", "other/{}.png")
    with pytest.raises(FileNotFoundError, match=r"is a label, never its own image"):
        LabelledFolder(root, image_dir="", label_dir="", image_suffix=suffix)


def test_folders_inside_one_another(draw):
    root = draw("{}.jpg", "labels/{}.png")
    assert len(LabelledFolder(root, image_dir="")) == 3
    root = draw("below/images/{}.png", "below/{}.png")
    dataset = LabelledFolder(root, image_dir="below/images", label_dir="below")
    assert len(dataset) == 3


def test_unlabelled_folder__skips_a_suffix_and_names_others(draw, tmp_path):
    root = draw("{}.png", "{}_mask.png")
    assert len(UnlabelledFolder(root, skip_suffix="_mask.png")) == 3
    root = draw("ppm/{}.ppm", "labels/{}.png")
    with pytest.raises(FileNotFoundError, match=r"It holds 3 \*\.ppm: .*image_suffix="):
        UnlabelledFolder(root, image_dir="ppm")


def test_labelled_folder__labels_that_lie_among_the_images(draw, tmp_path):
    root = draw("images/{}.jpg", "images/{}_mask.png")
    with pytest.raises(FileNotFoundError, match="labels does not exist") as info:
        LabelledFolder(root)
    assert "Set label_dir to image_dir" in str(info.value)
    assert 'image_suffix=".jpg", label_suffix="_mask.png"' in str(info.value)
    options = dict(image_suffix=".jpg", label_suffix="_mask.png")
    assert len(LabelledFolder(root, label_dir="images", **options)) == 3
    root = draw("stereo/{}_left.jpg", "images/{}_mask.png")
    with pytest.raises(FileNotFoundError, match="labels does not exist") as info:
        LabelledFolder(root, image_dir="stereo")
    assert "label_dir to image_dir" not in str(info.value)


def test_labels_of_several_suffixes(tmp_path, write):
    for name in ("images/a.jpg", "images/b.png"):
        write.image(tmp_path / name)
    for name in ("labels/a.png", "labels/b.tif"):
        write.grey(tmp_path / name, write.raw_ids(2))
    with pytest.raises(ValueError, match=r'set label_suffix=\("\.png", "\.tif"\)'):
        LabelledFolder(str(tmp_path))
    assert len(LabelledFolder(str(tmp_path), label_suffix=(".png", ".tif"))) == 2
    write.grey(tmp_path / "labels/a.tif", write.raw_ids(2))
    with pytest.raises(ValueError, match=r"both a\.\w+ and a\.\w+: .*label_suffix"):
        LabelledFolder(str(tmp_path), label_suffix=(".png", ".tif"))


def test_unpaired_files_of_one_end(tmp_path, write):
    for i in range(3):
        write.image(tmp_path / f"im{i}.jpg")
        for end in ("_a.png", "_b.jpg"):
            write.grey(tmp_path / f"im{i}{end}", write.raw_ids(2))
    options = dict(image_dir="", label_dir="", label_suffix="_a.png")
    with pytest.raises(ValueError, match=r'no images, set skip_suffix="_b\.jpg"'):
        LabelledFolder(str(tmp_path), **options)
    assert len(LabelledFolder(str(tmp_path), skip_suffix="_b.jpg", **options)) == 3
