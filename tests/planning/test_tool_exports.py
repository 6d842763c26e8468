"""How exports of Supervisely, Label Studio and COCO panoptic are found."""

import json

import numpy as np
import pytest
from PIL import Image

from mmseg_uda.planning.class_options import parse_classes
from mmseg_uda.planning.find_labels import find_labels

WIDTH, HEIGHT = 40, 30


def photos(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(len(name)).integers(0, 256, (HEIGHT, WIDTH, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(path)


def store(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


# --- Supervisely ---


def one(title, kind="rectangle", corners=((5, 4), (14, 11))):
    points = {"exterior": corners, "interior": []}
    return {"classTitle": title, "geometryType": kind, "points": points}


def annotation(root, name, *objects):
    photos(root, name)
    folder, _, last = name.rpartition("/img/")
    size = {"height": HEIGHT, "width": WIDTH}
    store(root / folder / "ann" / f"{last}.json", {"size": size, "objects": objects})


def meta(root, **colors):
    classes = [
        {"title": name, "shape": "any", "color": color}
        for name, color in colors.items()
    ]
    store(root / "meta.json", {"classes": classes, "tags": []})


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    annotation(root, "ds0/img/a.jpg", one("Straße"), one("car"))
    annotation(root, "ds1/img/a.jpg", one("car"))
    meta(root, never="#010203", car="#00FF00", Straße="#0000ff")
    return root


@pytest.mark.parametrize(
    ("images", "labels", "number"),
    [
        ("", "", 2),
        ("ds0", "ds0", 1),
        ("ds0/img", "ds0/ann", 1),
        ("ds0/img", "", 1),
        ("", "ds1/ann", 1),
    ],
)
def test_supervisely__whichever_folder_is_named(project, images, labels, number):
    found = find_labels(project / images, project / labels)
    assert found.encoding == "Supervisely JSON"
    assert found.dataset["type"] == "SuperviselyFolder"
    order = ("car", "Straße") if images != "" or labels == "" else ("car",)
    assert found.classes == ("background", *order)
    assert found.palette == [[0, 0, 0], [0, 255, 0], [0, 0, 255]][: 1 + len(order)]
    assert len(found.paths) == number
    assert "what no shape covers is the class background" in found.said


def test_supervisely__some_of_its_classes(project):
    found = find_labels(project, project, parse_classes(["ground", "car"]))
    assert found.dataset["names"] == {"Straße": "ignore"}
    assert found.palette == []  # of ground there is none
    with pytest.raises(ValueError, match="--classes gives names alone, of car, Straße"):
        find_labels(project, project, parse_classes(["car=1", "b=0"]))


def test_supervisely__what_is_left_out_is_said(project):
    annotation(project, "ds0/img/empty.jpg")
    annotation(project, "ds0/img/line.jpg", one("car"), one("car", "line"))
    annotation(project, "ds0/img/pole.jpg", one("pole", "point"))
    photos(project, "ds0/img/alone.jpg")
    found = find_labels(project, project)
    assert found.classes == ("background", "car", "Straße")  # a pole has no pixel
    assert len(found.paths) == 5
    said = "\n".join(found.said)
    assert "2 image(s) have no shape and count as background" in said
    assert "2 shape(s) cover no pixels (line, point) and are left out" in said
    assert "5 images have an annotation; 1 files have no partner" in said


def test_supervisely__classes_that_the_project_does_not_list(project):
    annotation(project, "ds0/img/b.jpg", one("dog"))
    found = find_labels(project, project)
    assert found.classes == ("background", "car", "Straße", "dog")
    assert found.palette == []
    assert any("dog is a class of objects" in s and "b.jpg" in s for s in found.said)


def test_supervisely__without_meta(project):
    (project / "meta.json").unlink()
    found = find_labels(project, project)
    assert found.classes == ("background", "Straße", "car")
    assert any("there is no meta.json above" in s for s in found.said)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("meta.json", "{", "meta.json is no JSON"),
        ("meta.json", "{}", "no meta.json of Supervisely: it has no list 'classes'"),
        ("ds0/ann/a.jpg.json", "{", "a.jpg.json is no JSON"),
        ("ds0/ann/a.jpg.json", "[]", "no annotation file of Supervisely"),
    ],
)
def test_supervisely__damaged_files(project, file, text, said):
    (project / file).write_text(text)
    with pytest.raises(ValueError, match=f"{file}.*{said}|{said}"):
        find_labels(project, project)


def test_supervisely__nothing_annotated(project):
    for path in project.glob("*/ann/*"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match="holds no annotation"):
        find_labels(project, project)


def test_supervisely__annotations_without_an_object(tmp_path):
    annotation(tmp_path, "ds0/img/a.jpg")
    with pytest.raises(ValueError, match=r"has no shape in any image: is it annotated"):
        find_labels(tmp_path, tmp_path)


# --- Label Studio ---


def region(label, **more):
    value = {"x": 12.5, "y": 20, "width": 25, "height": 50, "rotation": 0}
    told = {"original_width": WIDTH, "original_height": HEIGHT, "id": label}
    return told | {"value": value | {"rectanglelabels": [label]}} | more


def task(number, image, *annotations):
    told = [{"id": i, "result": list(own)} for i, own in enumerate(annotations)]
    return {"id": number, "data": {"image": image}, "annotations": told}


@pytest.mark.parametrize("where", ["export.json", "", "images/export.json"])
def test_label_studio__what_is_found_is_said(tmp_path, where):
    photos(tmp_path / "images", "a.png", "b/b.png", "c.png", "d.png")
    point = {**region("nose"), "value": {"x": 1, "y": 1, "keypointlabels": ["nose"]}}
    tasks = [
        task(1, "/data/upload/1a2b3c4d-a.png", [region("Straße"), point]),
        task(2, "s3://x/b/b.png", [region("car")], [region("Straße")]),
        task(3, "c.png", []),
        task(4, "d.png"),
        task(5, "e.png", [region("car")]),
    ]
    store(tmp_path / (where or "export.json"), tasks)
    found = find_labels(tmp_path / "images", tmp_path / where)
    assert found.encoding == "Label Studio JSON"
    assert found.classes == ("background", "Straße", "car")
    assert len(found.paths) == 3
    said = "\n".join(found.said)
    for words in (
        "1 image(s) have no shape and count as background",
        "1 shape(s) cover no pixels (keypoint)",
        "1 image(s) that it names are not there, such as e.png",
        "1 image(s) are not annotated and left out",
        "1 image(s) have several annotations: the one marked as ground truth counts",
    ):
        assert words in said


def test_label_studio__nothing_annotated(tmp_path):
    photos(tmp_path / "images", "a.png")
    store(tmp_path / "export.json", [task(1, "a.png")])
    with pytest.raises(ValueError, match=r"none of 1 task\(s\) has an annotation"):
        find_labels(tmp_path / "images", tmp_path)
    store(tmp_path / "export.json", [task(1, "a.png", [])])
    with pytest.raises(ValueError, match=r"export.json has no shape in any image"):
        find_labels(tmp_path / "images", tmp_path)


def test_label_studio__json_min(tmp_path):
    photos(tmp_path / "images", "a.png")
    told = {"id": 1, "image": "a.png", "annotation_id": 3, "annotator": 1, "tag": []}
    store(tmp_path / "export.json", [told])
    with pytest.raises(ValueError, match=r"export as JSON \(not as JSON-MIN\)"):
        find_labels(tmp_path / "images", tmp_path)


def test_label_studio__images_of_brush_strokes(tmp_path):
    photos(tmp_path / "images", "a.png")
    photos(tmp_path / "masks", "task-1-annotation-4-by-me@x.org-tag-car-0.png")
    with pytest.raises(ValueError, match=r"Export the project as JSON, and name that"):
        find_labels(tmp_path / "images", tmp_path / "masks")


# --- COCO panoptic ---


def panoptic(root, category="road", pngs="panoptic_train"):
    photos(root / "images/train", "a.jpg", "b.jpg")
    ids = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    ids[5:20, 5:15, 1] = 2  # segment 512
    path = root / "annotations" / pngs / "a.png"
    path.parent.mkdir(parents=True)
    Image.fromarray(ids).save(path)
    segment = {"id": 512, "category_id": 7, "iscrowd": 0}
    store(
        root / "annotations/panoptic_train.json",
        {
            "images": [
                {"id": i, "file_name": name, "height": HEIGHT, "width": WIDTH}
                for i, name in enumerate(["a.jpg", "b.jpg"])
            ],
            "annotations": [
                {"image_id": 0, "file_name": "a.png", "segments_info": [segment]}
            ],
            "categories": [{"id": 7, "name": category}, {"id": 8, "name": "never"}],
        },
    )


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images/train", "annotations/panoptic_train.json"),
        ("images", "annotations"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("pngs", ["panoptic_train", "elsewhere"])
def test_panoptic__whichever_folder_is_named(tmp_path, images, labels, pngs):
    panoptic(tmp_path, pngs=pngs)
    found = find_labels(tmp_path / images, tmp_path / labels)
    assert found.encoding == "COCO panoptic"
    assert found.classes == ("road",)
    assert found.dataset["label_dir"].endswith(pngs)
    assert len(found.paths) == 1
    said = "\n".join(found.said)
    assert "what belongs to no segment is ignored" in said
    assert "1 image(s) have no annotation and are left out" in said


def test_panoptic__with_a_class_for_the_rest(tmp_path):
    panoptic(tmp_path)
    found = find_labels(tmp_path, tmp_path, parse_classes(["background", "road"]))
    assert found.classes == ("background", "road")
    assert not any("ignored" in sentence for sentence in found.said)
    whole = WIDTH * HEIGHT
    assert found.shares == {"background": 1 - 150 / whole, "road": 150 / whole}


def test_panoptic__without_its_images(tmp_path):
    panoptic(tmp_path)
    (tmp_path / "annotations/panoptic_train/a.png").unlink()
    (tmp_path / "annotations/panoptic_train").rmdir()
    with pytest.raises(FileNotFoundError, match=r"PNGs of .*such as a.png: unpack it"):
        find_labels(tmp_path / "images/train", tmp_path / "annotations")


# --- all of them ---


@pytest.mark.parametrize("kind", ["COCO", "panoptic", "Label Studio", "Supervisely"])
def test_exports__of_images_of_16_bits(tmp_path, kind):
    if kind == "Supervisely":
        annotation(tmp_path, "ds0/img/a.png", one("car"))
        image, images, labels = "ds0/img/a.png", tmp_path, tmp_path
    else:
        panoptic(tmp_path)
        image, images = "images/train/a.jpg", tmp_path / "images/train"
        labels = tmp_path / "annotations/panoptic_train.json"
    if kind == "Label Studio":
        labels = tmp_path / "export.json"
        store(labels, [task(1, "a.jpg", [region("car")])])
    if kind == "COCO":
        pytest.importorskip("pycocotools")
        told = json.loads(labels.read_text())
        shape = {"id": 1, "image_id": 0, "category_id": 7, "iscrowd": 0}
        told["annotations"] = [shape | {"segmentation": [[5, 4, 15, 4, 15, 12]]}]
        told["images"] = told["images"][:1]
        store(labels, told)
    wide = np.random.default_rng(0).integers(200, 3000, (HEIGHT, WIDTH))
    Image.fromarray(wide.astype(np.uint16)).save(tmp_path / image, "PNG")
    found = find_labels(images, labels)
    assert 200 <= found.dataset["value_range"][0] < 300
    assert any("16 bits" in sentence for sentence in found.said)


@pytest.mark.parametrize("kind", ["panoptic", "Label Studio"])
def test_exports__whose_images_are_elsewhere(tmp_path, kind):
    panoptic(tmp_path)
    labels = tmp_path / "annotations/panoptic_train.json"
    if kind == "Label Studio":
        labels = tmp_path / "export.json"
        store(labels, [task(1, "a.jpg", [region("car")])])
    photos(tmp_path / "others", "x.jpg")
    with pytest.raises(FileNotFoundError, match=r"none of the 1 image.* such as a.jpg"):
        find_labels(tmp_path / "others", labels)


def test_exports__several_in_one_folder(tmp_path):
    panoptic(tmp_path)
    store(tmp_path / "annotations/export.json", [task(1, "a.jpg", [region("car")])])
    with pytest.raises(ValueError, match=r"several annotation files: .*export.json or"):
        find_labels(tmp_path / "images/train", tmp_path / "annotations")


@pytest.mark.parametrize("text", ["[]", "{}", '{"objects": []}', "{"])
def test_exports__a_file_that_is_none(tmp_path, text):
    photos(tmp_path / "images", "a.png")
    (tmp_path / "export.json").write_text(text)
    with pytest.raises(ValueError, match=r"export.json is no annotation file of COCO"):
        find_labels(tmp_path / "images", tmp_path / "export.json")


@pytest.mark.parametrize("content", [[], [{"name": "road"}], {"road": 1}])
def test_exports__other_json_files_beside_labels_do_not_matter(tmp_path, content):
    photos(tmp_path / "images", "a.png")
    (tmp_path / "labels").mkdir()
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    ids[:9] = 1
    Image.fromarray(ids).save(tmp_path / "labels/a.png")
    store(tmp_path / "labels/classes.json", content)
    found = find_labels(tmp_path / "images", tmp_path / "labels")
    assert found.encoding == "class indices"
