// The pages to play with. Formulas, sliders and pictures are data (window.explorables, generated);
// this file reads the sliders, calls the formulas, and hands rows to Vega.
"use strict";

const shown = (x) => (typeof x === "number" ? String(Number(x.toPrecision(3))).replace("-", "−") : "–");
const setting = (slider, input) => (slider.log ? 10 ** input.valueAsNumber : input.valueAsNumber);

function* places({ low, high, points }) {
  for (let j = 0; j < points; j++) yield low + ((high - low) * j) / (points - 1);
}

function tabulate(draw, functions, values) {
  const results = [];
  if (draw.begins === null) {
    for (const x of places(draw))
      results.push({ x, ...functions[draw.function]({ ...values, [draw.over]: x }) });
    return { results, left: {} };
  }
  let state = functions[draw.begins](values);
  const left = {};
  for (let k = 0; k <= draw.steps; k++) {
    results.push({ ...state, x: draw.over === null ? k : state[draw.over] });
    for (const event of draw.events)
      if (state[event] > 0 && !(`first_${event}` in left)) left[`first_${event}`] = k;
    state = functions[draw.function]({ ...values, ...state });
  }
  for (const [name, x] of Object.entries(results.at(-1))) left[`last_${name}`] = x;
  return { results, left };
}

function* lines(draw, results) {
  for (const [label, names] of Object.entries(draw.lines))
    for (const name of names)
      for (const [order, row] of results.entries())
        if (!(label in draw.where) || row[draw.where[label]] >= 0)
          yield { x: row.x, y: row[name], label, part: label + name, order };
}

const sentence = (says, values) =>
  says
    .find(([condition]) => condition === null || values[condition] > 0)[1]
    .replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));

function compute(page, values) {
  const known = { ...values };
  const pictures = page.charts.map((chart) => {
    const rows = { lines: [], band: [], here: [] };
    for (const draw of chart.draws) {
      const { results, left } = tabulate(draw, page.functions, values);
      Object.assign(known, left);
      rows.lines.push(...lines(draw, results));
      const [low, high] = draw.band;
      if (low) rows.band.push(...results.map((row) => ({ x: row.x, y: row[low], y2: row[high] })));
    }
    return rows;
  });
  if (page.functions.says) Object.assign(known, page.functions.says(values));
  for (const [j, chart] of page.charts.entries())
    if (chart.at !== null && known[chart.at] !== undefined) pictures[j].here.push({ x: known[chart.at] });
  return { pictures, text: sentence(page.says, known) };
}

async function start(root) {
  const page = window.explorables[root.dataset.page];
  const inputs = page.sliders.map((slider) => root.querySelector(`[name=${slider.name}]`));
  const options = { renderer: "svg", actions: false };
  const figures = [...root.querySelectorAll(".chart")];
  const views = await Promise.all(
    page.charts.map(async (chart, j) => (await vegaEmbed(figures[j], chart.spec, options)).view),
  );
  const update = async () => {
    root.dataset.state = "drawing";
    const values = {};
    for (const [j, slider] of page.sliders.entries()) {
      values[slider.name] = setting(slider, inputs[j]);
      inputs[j].setAttribute("aria-valuetext", shown(values[slider.name]));
      inputs[j].parentElement.querySelector("output").value = shown(values[slider.name]);
    }
    const { pictures, text } = compute(page, values);
    root.querySelector("[role=status]").textContent = text;
    for (const [j, view] of views.entries()) {
      for (const [name, rows] of Object.entries(pictures[j])) view.data(name, rows);
      await view.runAsync();
    }
    root.dataset.state = "drawn";
  };
  for (const input of inputs) input.addEventListener("input", update);
  root.querySelector("button").addEventListener("click", () => {
    for (const [j, slider] of page.sliders.entries()) inputs[j].value = slider.start;
    update();
  });
  await update();
}

if (typeof document === "undefined") module.exports = { compute };
else document.querySelectorAll(".explorable").forEach(start);
