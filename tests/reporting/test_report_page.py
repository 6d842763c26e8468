"""The page as a browser gets it: whole, quiet, escaped, labelled."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from run_folders import CLASSES, result, write_run, write_stage

from mmseg_uda.commands.run_report import report
from mmseg_uda.reporting import read_run, render_page, view_of
from mmseg_uda.reporting.page import bar, score, signed
from mmseg_uda.reporting.run_facts import began
from mmseg_uda.reporting.samples import Sample, Samples
from mmseg_uda.reporting.stage_record import StageRecord

_VOID = {"meta", "input", "br", "link", "img"}
_DOT = "data:image/png;base64,iVBORw0KGgo="


class Page(HTMLParser):
    """Every tag with its attributes, and what is open where."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open_ones, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text += " "
        if tag not in _VOID:
            self.open_ones.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open_ones.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open_ones):
            self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def sample(name="a<i>.png"):
    shares = dict(changed=0.25, right_before=0.5, right_after=0.75)
    uris = dict.fromkeys(("photo", "before", "after", "truth"), _DOT)
    return Sample(name=name, height=20, width=40, **uris, **shares)


def samples(last, first, titles):
    classes = [(name, "#102030") for name in CLASSES]
    return Samples(*titles, True, classes, [sample(), sample("b.png")])


@pytest.fixture
def text(tmp_path):
    run = write_run(tmp_path)
    for stage in ("one", "two"):
        (run / stage / "iter_100.pth").write_bytes(b"weights")
    return render_page([view_of(read_run(run), draw=samples)])


def test_page__is_well_formed_and_asks_for_nothing(text):
    page = Page(text)
    assert page.open_ones == []
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        for key in ("href", "src"):
            target = attrs.get(key, "#main")
            assert target.startswith(("#", "data:image/"))
            if target.startswith("#"):
                assert target[1:] in ids
        for used in re.findall(r"url\(#([^)]+)\)", attrs.get("clip-path", "")):
            assert used in ids
    assert not re.search(r"https?:|@import|url\((?!#)", text)
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert "default-src 'none'" in policy


def test_page__can_be_read_without_seeing_it(text):
    page = Page(text)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    steps = pairwise(levels)
    assert all(after - before <= 1 for before, after in steps)
    assert all("scope" in attrs for attrs in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 2
    for attrs in page.all("svg"):
        assert attrs.get("aria-hidden") == "true" or attrs.get("aria-label")
    assert all("aria-label" in a or "data-opacity" in a for a in page.all("input"))
    assert page.all("html")[0]["lang"] == "en"


def test_page__what_others_wrote_is_text(text):
    page = Page(text)
    assert not page.all("i") or all(not a for a in page.all("i"))
    assert "<b>bus</b>" in page.text
    assert "<b>bus</b>" not in text
    assert "a<i>.png" in page.text


def test_page__holds_scores_gains_and_states(text):
    said = " ".join(Page(text).text.split())
    # means by hand: (60 + 40 + 20) / 3 = 40, (72 + 52 + 31) / 3 = 51.67
    assert "mIoU 40.00 51.67 +11.67" in said
    assert "<b>bus</b> 20.00 31.00 +11.00" in said
    assert "label_free/information" in said
    assert "Fscore by class" in said
    assert "differences to this run's first stage, which is no control" in said
    assert "compared with" in said
    assert "(control)" not in said
    assert "took 4 min 10 s" in said
    assert "finished" in said
    assert said.count("How to read this.") >= 6


def test_page__every_logged_term_has_a_curve(text):
    labels = [a["aria-label"] for a in Page(text).all("figure") if "aria-label" in a]
    for term in ("loss (loss)", "source.loss_decode (loss)", "lr (learning rate)"):
        assert sum(label.startswith(term) for label in labels) == 2
    assert any(label.startswith("mIoU (percent)") for label in labels)


def test_page__without_a_script_pictures_stand_side_by_side(text):
    page = Page(re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL))
    assert not page.all("script")
    classes = [attrs.get("class", "") for attrs in page.all("figure")]
    assert classes.count("panel") == 2 * 4  # image, before, after, ground truth
    used = [attrs["href"] for attrs in page.all("use")]
    for kind in ("before", "after", "truth"):
        assert used.count(f"#run1-image1-{kind}") == 1 + (kind != "truth")
    assert ".needs-script { display: none; }" in text


def test_page__shows_best_and_test_beside_the_last(tmp_path):
    run = tmp_path / "run"
    history = [result(50, 60, 60, 60), result(100, 50, 50, 50)]
    folder = write_stage(run, "train", history)
    metrics = {"mIoU": 44.0, f"IoU.{CLASSES[0]}": 44.0}
    (folder / "test_iter_100.json").write_text(json.dumps({"metrics": metrics}))
    (folder / "test_other.json").write_text("[1]")
    same = {key: value for key, value in history[1].items() if key != "iter"}
    (folder / "test_same.json").write_text(json.dumps({"metrics": same}))
    tables = view_of(read_run(run)).scores
    kinds = [(column.kind, column.metrics["mIoU"]) for column in tables.columns]
    assert kinds == [("final", 50), ("best", 60), ("test", 44)]
    assert tables.main.name == "mIoU"
    assert tables.shown == -1  # without a control there is no gain


def test_page__of_a_run_that_has_just_begun(tmp_path):
    write_stage(tmp_path / "run", "one", done=False)
    said = Page(render_page([view_of(read_run(tmp_path / "run"))])).text
    assert "Nothing was scored yet" in said
    assert "Nothing is logged yet." in said


def test_began__not_before_the_record_of_a_stage_is_written(tmp_path):
    log = tmp_path / "two" / "20260101_000000" / "20260101_000000.log"
    log.parent.mkdir(parents=True)
    log.touch()
    assert began(StageRecord(tmp_path / "two")) is None
    (tmp_path / "two" / "stage.json").write_text('{"fingerprint": {}}')
    assert began(StageRecord(tmp_path / "two")).year == 2026


def test_page__of_a_run_without_any_label(tmp_path):
    scores = [{"iter": n, "label_free/information": 40.0 + n} for n in (50, 100)]
    folder = write_stage(tmp_path / "run", "train")
    content = {"final": scores[1], "best": scores[0], "history": scores}
    (folder / "result.json").write_text(json.dumps(content))
    said = " ".join(
        Page(render_page([view_of(read_run(tmp_path / "run"))])).text.split()
    )
    assert "label_free/information 140.00 90.00" in said
    assert "There is no control, so no differences." in said
    assert "Means over classes" not in said


def test_page__says_why_there_are_no_pictures(tmp_path):
    def fail(*_):
        raise FileNotFoundError("the images <are> gone\nmore")

    run = write_run(tmp_path)
    assert "no stage has a checkpoint" in view_of(read_run(run), draw=fail).no_samples
    (run / "two" / "iter_100.pth").write_bytes(b"weights")
    said = Page(render_page([view_of(read_run(run), draw=fail)])).text
    assert "No pictures: the images <are> gone" in said


def test_report__compares_runs_and_writes_where_it_is_told(tmp_path, capsys):
    runs = [str(write_run(tmp_path, name)) for name in ("a", "b")]
    write_stage(tmp_path / "control", "train", [result(100, 30, 30, 30)])
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "out" / "page.html"
    made = report(runs, str(tmp_path / "control"), str(out))
    assert "differences to the control, " in " ".join(out.read_text().split())
    assert made == out
    assert set(before) == {*tmp_path.rglob("*")} - {out, out.parent}
    said = " ".join(Page(out.read_text()).text.split())
    assert "Side by side" in said
    assert "mIoU 30.00 51.67 +21.67 51.67 +21.67" in said
    assert "b: finished, 3 stages" in capsys.readouterr().out
    assert report(runs[:1]) == tmp_path / "a" / "report.html"


def test_numbers_of_the_tables():
    assert [score(None), score(float("nan")), score(1.005e2)] == ["\u2013"] * 2 + [
        "100.50"
    ]
    assert [signed(None), signed(-1.0), signed(2.5)] == ["", "\u22121.00", "+2.50"]
    assert [bar(None, 10), bar(5, 10), bar(-20, 10)] == [(50, 0), (50, 25), (0, 50)]
