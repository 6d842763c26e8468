"use strict";
document.documentElement.classList.add("scripted");

// Reading values off: the points of a curve stand in its polylines as they are.
for (const chart of document.querySelectorAll(".chart")) {
  const svg = chart.querySelector("svg"), line = chart.querySelector(".line");
  const cursor = chart.querySelector(".cursor"), output = chart.querySelector("output");
  const last = output.textContent;
  const matrix = line.transform.baseVal.consolidate()?.matrix;
  let points = null, at = -1;
  const read = () => points ??= [...line.querySelectorAll("polyline")].flatMap((part) => part.getAttribute("points")
    .split(" ").map((pair) => pair.split(",").map(Number)));
  const show = (index) => {
    at = Math.max(0, Math.min(read().length - 1, index));
    const [x, y] = points[at];
    const left = matrix.a * x + matrix.e, top = matrix.d * y + matrix.f;
    cursor.removeAttribute("hidden");
    cursor.children[0].setAttribute("transform", `translate(${left} 0)`);
    cursor.children[1].setAttribute("cx", left);
    cursor.children[1].setAttribute("cy", top);
    output.textContent = `${x.toLocaleString("en")}: ${y.toPrecision(4).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")}`;
    chart.classList.add("reading");
  };
  const leave = () => {
    at = -1;
    cursor.setAttribute("hidden", "");
    output.textContent = last;
    chart.classList.remove("reading");
  };
  svg.addEventListener("pointermove", (event) => {
    if (!matrix || !read().length) return;
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width * svg.viewBox.baseVal.width - matrix.e) / matrix.a;
    let nearest = 0;
    points.forEach((point, index) => {
      if (Math.abs(point[0] - x) < Math.abs(points[nearest][0] - x)) nearest = index;
    });
    show(nearest);
  });
  svg.addEventListener("pointerleave", leave);
  chart.addEventListener("blur", leave);
  chart.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!step || !matrix || !read().length) return;
    event.preventDefault();
    show(at < 0 ? (step > 0 ? 0 : points.length - 1) : at + step);
  });
}

// Before and after: the line between the two goes where the slider is, or the pointer.
for (const slider of document.querySelectorAll(".slider")) {
  const input = slider.querySelector("[data-split]"), svg = slider.querySelector("svg");
  const width = Number(slider.dataset.width), sample = slider.closest(".sample").id;
  const right = document.querySelector(`#${sample}-right rect`);
  const left = document.querySelector(`#${sample}-left rect`);
  const split = slider.querySelector(".split");
  const height = svg.viewBox.baseVal.height;
  const move = () => {
    const x = width * input.value / 100;
    left.setAttribute("width", x);
    right.setAttribute("x", x);
    split.setAttribute("d", `M${x} 0V${height}`);
  };
  const follow = (event) => {
    const box = svg.getBoundingClientRect();
    input.value = 100 * (event.clientX - box.left) / box.width;
    move();
  };
  input.addEventListener("input", move);
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); follow(event); });
  svg.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  move();
}

for (const input of document.querySelectorAll("[data-opacity]")) {
  input.addEventListener("input", () => {
    const section = input.closest("section");
    section.style.setProperty("--cover", input.value / 100);
    input.nextElementSibling.textContent = `${input.value} %`;
  });
}

// What is folded is printed, too.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
