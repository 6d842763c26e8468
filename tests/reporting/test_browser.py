"""The page in a real browser: no error, the slider moves, values can be read off.

Skipped where no Chromium is installed (``apt-get install chromium``).
"""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from run_folders import entries, labels, result, write_stage

from mmseg_uda.reporting import read_run, render_page, view_of
from mmseg_uda.reporting.data_uris import mask_uri, photo_uri
from mmseg_uda.reporting.samples import Sample, Samples

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "google-chrome"])), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
)
PALETTE = [[250, 0, 0], [0, 0, 250]]
# what a user does, and what is to be seen then; it ends up in the page's title
ACTIONS = """
<script>
const errors = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("securitypolicyviolation", (event) => errors.push(event.blockedURI));
addEventListener("load", () => {
  const slider = document.querySelector(".slider input");
  const right = document.querySelector("clipPath[id$='-right'] rect");
  const left = document.querySelector("clipPath[id$='-left'] rect");
  const positions = [];
  const note = () => positions.push(
    [Number(left.getAttribute("width")), Number(right.getAttribute("x"))]);
  for (const value of [50, 10, 100]) {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
    note();
  }
  const drawing = document.querySelector(".slider svg");
  const area = drawing.getBoundingClientRect();
  drawing.dispatchEvent(new PointerEvent("pointermove",
    {buttons: 1, clientX: area.left + area.width / 4, clientY: area.top + 5}));
  note();
  const cover = document.querySelector("[data-opacity]");
  cover.value = 90;
  cover.dispatchEvent(new Event("input"));
  const chart = [...document.querySelectorAll(".chart")].find((figure) =>
    figure.getAttribute("aria-label").startsWith("loss "));
  const output = chart.querySelector("output");
  const texts = [output.textContent];
  const svg = chart.querySelector("svg"), box = svg.getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent("pointermove",
    {clientX: box.right - 1, clientY: box.top + 20}));
  texts.push(output.textContent);
  const circle = chart.querySelector("circle").getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent("pointerleave"));
  texts.push(output.textContent);
  chart.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
  texts.push(output.textContent);
  const line = chart.querySelector("polyline").getBoundingClientRect();
  document.title = JSON.stringify({
    errors, positions, texts,
    cover: getComputedStyle(document.querySelector(".mask")).opacity,
    shown: getComputedStyle(document.querySelector(".slider")).display,
    inside: line.left >= box.left && line.right <= box.right && line.height > 20,
    met: Math.abs(circle.left + circle.width / 2 - line.right) < 3,
    wide: document.documentElement.scrollWidth - innerWidth,
  });
});
</script>
"""


def picture(number):
    rng = np.random.default_rng(number)
    image = rng.integers(0, 255, (40, 80, 3), np.uint8)
    ids = [np.full((40, 80), value, np.uint8) for value in (0, 1, 1)]
    masks = [mask_uri(each, PALETTE, (40, 80)) for each in ids]
    shares = dict(changed=1.0, right_before=0.0, right_after=1.0)
    return Sample("a.png", 40, 80, photo_uri(image, (40, 80)), *masks, **shares)


@pytest.fixture
def page(tmp_path):
    """A page of a run with everything on it."""
    run = tmp_path / "run"
    terms = {"loss": lambda step: 5 - step / 50, "time": 0.4, "data_time": 0.01}
    one = write_stage(run, "one", [result(100, 60, 40, 20)], entries(10, **terms))
    write_stage(run, "labels", pseudo_labels=labels(), takes=["one"])
    (one / "iter_100.pth").write_bytes(b"weights")
    classes = [("road", "#fa0000"), ("car", "#0000fa")]

    def draw(*_):
        return Samples("before", "after", True, classes, [picture(0), picture(1)])

    return render_page([view_of(read_run(run), draw=draw)])


def browse(tmp_path, text, *flags):
    """Open a page; return what Chromium's console said, and the page as it was then."""
    file = tmp_path / "page.html"
    file.write_text(text)
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run(
        [CHROMIUM, *FLAGS, profile, *flags, "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return re.findall(r"CONSOLE.*", done.stderr), done.stdout


@pytest.mark.parametrize("width", [1280, 500])
def test_page__works(tmp_path, page, width):
    text = page.replace("</head>", f"{ACTIONS}</head>")
    size = f"--window-size={width},900"
    console, shown = browse(tmp_path, text, size, "--virtual-time-budget=5000")
    assert console == []
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)[1]
    found = json.loads(title)
    assert found["errors"] == []
    assert found["positions"] == [[40, 40], [8, 8], [80, 80], [20, 20]]
    assert found["texts"] == ["last 3", "100: 3", "last 3", "10: 4.8"]
    assert found["cover"] == "0.9"
    assert found["shown"] != "none"
    assert found["inside"]
    assert found["met"]
    assert found["wide"] <= 0


def test_page__an_outside_address_would_be_noticed(tmp_path, page):
    text = page.replace("</main>", '<img alt="" src="http://localhost:9/a.png"></main>')
    console, _ = browse(tmp_path, text)
    assert any("Content Security Policy" in line for line in console)
