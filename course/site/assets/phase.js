// The recorded phase diagrams: a cell is chosen with the sliders or by a click; its runs are listed.
"use strict";

(async () => {
  const root = document.querySelector(".explorable");
  const { panels, spec } = window.phase;
  const input = (name) => root.querySelector(`[name=${name}]`);
  const table = root.querySelector("tbody");
  const collapsed = ["deterministic-wrong", "no-signal absorption", "collapsed, still moving", "uniform", "overflow"];
  const { view } = await vegaEmbed(root.querySelector(".chart"), spec, { renderer: "svg", actions: false });

  const say = (name, text) => {
    input(name).setAttribute("aria-valuetext", text);
    input(name).parentElement.querySelector("output").value = text;
  };

  async function update() {
    root.dataset.state = "drawing";
    const panel = panels[input("panel").value];
    const at = (name, places) => places[Math.min(input(name).value, places.length - 1)];
    const [level, step] = [at("level", panel.levels), at("step", panel.steps)];
    const runs = (l, s) => panel.runs.filter((run) => run.level === l && run.step === s);
    const cells = panel.levels.flatMap((l) =>
      panel.steps.map((s) => {
        const found = runs(l, s);
        const down = found.filter((run) => collapsed.includes(run.fate)).length;
        const success = found.reduce((sum, run) => sum + run.final_success, 0) / found.length;
        return { level: l, step: s, success, down, of: found.length, said: down ? String(down) : "", chosen: l === level && s === step };
      }),
    ).filter((cell) => cell.of > 0);
    say("panel", panel.title);
    say("level", `${panel.axis}: ${level}`);
    say("step", String(step));
    table.replaceChildren(
      ...runs(level, step).map((run) => {
        const row = document.createElement("tr");
        for (const x of [run.seed, run.start.toFixed(2), run.final_success.toFixed(3), run.fate])
          row.insertCell().textContent = x;
        return row;
      }),
    );
    const cell = cells.find((one) => one.chosen);
    root.querySelector("[role=status]").textContent = cell
      ? `${cell.down} of ${cell.of} runs collapsed at step size ${step}, ${panel.axis} ${level}; mean final success ${cell.success.toFixed(2)}.`
      : `No run is recorded at step size ${step}, ${panel.axis} ${level}.`;
    await view.data("cells", cells).resize().runAsync();
    root.dataset.state = "drawn";
  }

  view.addEventListener("click", (_, item) => {
    if (!item?.datum?.of) return;
    const panel = panels[input("panel").value];
    input("level").value = panel.levels.indexOf(item.datum.level);
    input("step").value = panel.steps.indexOf(item.datum.step);
    update();
  });
  for (const name of ["panel", "level", "step"]) input(name).addEventListener("input", update);
  await update();
})();
