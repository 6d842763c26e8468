import numpy as np
import pytest
from mmseg.datasets import BaseSegDataset

from mmseg_uda.datasets import LabelledFolder, SynthiaDataset
from mmseg_uda.datasets.checks.label_advice import advise_map
from mmseg_uda.datasets.checks.label_values import LabelValues, count_ids
from mmseg_uda.datasets.label_maps import SYNTHIA_16
from mmseg_uda.datasets.preflight import check_dataset


@pytest.fixture
def draw(tmp_path, write):
    def draw_files(values, num=3):
        for i in range(num):
            write.image(tmp_path / f"images/{i}.png", size=(16, 8))
            ids = np.resize(np.array(values), (8, 16))
            write.grey(tmp_path / f"labels/{i}.png", ids)
        return str(tmp_path)

    return draw_files


def check(root, classes="ab", label_map=None, **kwargs):
    dataset = LabelledFolder(
        root, label_map=label_map, metainfo=dict(classes=[*classes])
    )
    return check_dataset(dataset, **kwargs)[0]


@pytest.mark.parametrize(
    ("values", "num", "wanted"),
    [
        ([0, 255], 2, {0: 0, 255: 1}),
        ([0, 1, 255], 3, {0: 0, 1: 1, 255: 2}),
        ([0, 255], 3, {0: 0, 255: 1}),
        ([1, 255], 2, {1: 0, 255: 1}),
        ([255], 2, {255: 0}),
        ([0, 128], 2, {0: 0, 128: 1}),
        ([0, 127, 255], 3, {0: 0, 127: 1, 255: 2}),
        ([0, 127, 255], 2, {0: 0, 127: 1}),  # 255 stays ignored
        ([1, 2, 3], 3, {1: 0, 2: 1, 3: 2}),
        ([1, 2, 3, 255], 3, {1: 0, 2: 1, 3: 2}),
        ([1, 2], 3, {1: 0, 2: 1, 3: 2}),
        ([0, 1, 2, 3], 3, {0: 255, 1: 0, 2: 1, 3: 2}),
        ([0, 7, 50], 5, {0: 0, 7: 1, 50: 2}),
        ([0, 1, 2, 7, 9], 3, {0: 0, 1: 1, 2: 2, 7: 255, 9: 255}),
    ],
)
def test_advise_map__writes_the_map_of_these_values(values, num, wanted):
    advice = advise_map(values, "abcdefgh"[:num])
    assert advice.endswith(f"label_map={wanted}")


@pytest.mark.parametrize(
    ("values", "num"), [([0, 1], 2), ([0, 2], 3), ([0, 1, 255], 2)]
)
def test_advise_map__says_nothing_where_nothing_is_odd(values, num):
    assert advise_map(values, "abcdefgh"[:num]) == ""


@pytest.mark.parametrize("label_map", [None, {0: 0}])
def test_advise_map__values_that_no_map_may_name(label_map):
    advice = advise_map([0, 70000], "ab", label_map)
    assert "go up to 65535, values here to 70000" in advice
    assert "label_map=" not in advice


def test_advise_map__a_given_map_is_the_whole_table():
    advice = advise_map([0, 1, 11, 40], "ab", {11: 255})
    assert "not an addition to 0, 1, 2" in advice
    assert "label_map={0: 0, 1: 1, 11: 255, 40: 255}" in advice
    advice = advise_map([7, 8], "abc", {7: 0, 8: 255, 9: 1})
    assert "sends 8 to ignore" in advice
    assert "9 of label_map does not occur" in advice
    assert "sends no value to c" in advice


def test_check_dataset__names_a_class_without_a_labelled_pixel(draw):
    report = check(draw([0, 255]), ("land", "lake"))
    (notice,) = report.notices
    assert "'lake' has no pixel in the 3 labels, so that there is one class" in notice
    assert "0 (50%), 255 (50%)" in notice
    assert "label_map={0: 0, 255: 1}" in notice
    assert report.absent == ["lake"]
    report = check(draw([0, 255]), ("land", "lake"), {0: 0, 255: 1})
    assert (report.notices, report.pixels.tolist()) == ((), [3 * 64, 3 * 64])


def test_check_dataset__says_that_not_all_labels_were_decoded(draw):
    (notice,) = check(draw([0]), max_full=2).notices
    assert "'b' has no pixel in the 2 labels decoded (of 3; " in notice
    assert "--full" in notice


@pytest.mark.parametrize(
    ("values", "label_map", "said"),
    [
        ([255], None, r"255 \(100%\).*label_map=\{255: 0\}"),
        ([3, 4], {3: 255, 4: 255}, r"label_map sends 3, 4 to ignore"),
    ],
)
def test_check_dataset__refuses_labels_of_no_class(draw, values, label_map, said):
    with pytest.raises(ValueError, match=rf"none of the 3 labels .*{said}"):
        check(draw(values), label_map=label_map)


def test_check_dataset__values_outside_are_told_once(draw):
    with pytest.raises(ValueError, match="1 problem") as info:
        check(draw([0, 128]))
    assert "128 in " in str(info.value)
    assert "0.png and 2 more of 3 labels are outside" in str(info.value)
    assert "label_map={0: 0, 128: 1}" in str(info.value)


def test_check_dataset__known_classes_that_a_data_set_lacks(tmp_path, write):
    sixteen = [raw for raw in range(1, 22) if raw not in (13, 14, 16, 18, 20)]
    write.image(tmp_path / "RGB/0.png")
    write.synthia(tmp_path / "GT/LABELS/0.png", np.resize(sixteen, (32, 48)))
    (report,) = check_dataset(SynthiaDataset(str(tmp_path)))
    assert report.notices == ("this data set has no terrain, truck, train",)
    metainfo = dict(classes=SYNTHIA_16)
    (report,) = check_dataset(SynthiaDataset(str(tmp_path), metainfo=metainfo))
    assert report.notices == ()


def stock(root, **kwargs):
    return BaseSegDataset(
        data_root=root,
        data_prefix=dict(img_path="images", seg_map_path="labels"),
        img_suffix=".png",
        metainfo=dict(classes=("land", "lake")),
        pipeline=[dict(type="LoadImageFromFile"), dict(type="LoadAnnotations")],
        **kwargs,
    )


def test_check_dataset__data_sets_of_mmseg_too(draw):
    (report,) = check_dataset(stock(draw([0, 255])))
    assert report.pixels.tolist() == [3 * 64, 0]
    (notice,) = report.notices
    assert "'lake' has no pixel in the 3 labels" in notice
    assert "label_map={0: 0, 255: 1} of a LabelledFolder" in notice
    with pytest.raises(ValueError, match=r"value\(s\) 128 in .* outside of the label"):
        check_dataset(stock(draw([0, 128])))
    shifted = check_dataset(stock(draw([0, 1, 2]), reduce_zero_label=True))[0]
    assert (shifted.notices, shifted.absent) == ((), [])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_count_ids__of_any_width(dtype):
    ids = np.array([[1, 1, 7], [0, 1, 7]], dtype=dtype)
    assert count_ids(ids) == {0: 1, 1: 3, 7: 2}
    if dtype is np.int32:
        assert count_ids(ids * 100_000) == {0: 1, 100_000: 3, 700_000: 2}


def test_label_values__counts_by_class():
    lut = np.array([0, 1, 255, -1], dtype=np.int16)
    values = LabelValues([("a", {0: 2, 1: 1}), ("b", {2: 4, 3: 1, 9: 1})])
    counts = values.by_class(lut)
    assert (counts[0], counts[1], counts[255], counts.sum()) == (2, 1, 4, 7)
    assert values.outside(lut) == [3, 9]
