"""How far the proved step inequalities are from the worst case, over a grid.

    python -m numeric.experiments.worst_case.grid           writes numeric/results/worst_case.json
    python -m numeric.experiments.worst_case.grid FIGURE    draws the recorded table, as FIGURE
    (.png, .pdf)

Everything is in units of the gap: gap = 1, L in gap^2, G in gap, and the step size as eta L/gap, in
which the safe step of sharp_step is 2(1-J). An inequality allows the change of log odds to be so
much below and above gap * eta. The worst case uses a part of each allowance: 1 is exact.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from numeric.core.record import as_image, versions, write_whole
from numeric.experiments.worst_case.policy import attaining_share, on_the_way
from numeric.experiments.worst_case.worst_case import (
    PROVED,
    OutOfDomain,
    WorstCase,
    checked,
    constants,
    exactly,
    safe_step,
    worst_case,
)
from theory.evaluate import evaluate
from theory.statements.eta_safe import SAFE_STEP

COMMAND = "python -m numeric.experiments.worst_case.grid"
RESULTS = Path(__file__).parents[2] / "results" / "worst_case.json"

SUCCESS_RATES = (0.01, 0.1, 0.5, 0.9, 0.99)
SMOOTHNESS = (1.0, 4.0, 16.0)
SQUARED_BOUNDS = (1.0, 4.0, 16.0)
STEPS = (0.02, 0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
TIMES = 24
"""At how many times `on_the_way` conserves probability, where no policy attains the worst case."""

SIDES = {"below": "least", "above": "greatest"}
COLUMNS = (
    *("J", "L", "G^2/L", "step"),
    *(f"{end}{what}" for end in SIDES.values() for what in ("", " attained", " on the way")),
    *(f"{slug} {side}" for slug in PROVED for side in SIDES),
)
COLOURS = {"sharp_step": "#0072B2", "lemma_1_sharp": "#D55E00", "lemma_1": "#000000"}
DASHES = {"sharp_step": "-", "lemma_1_sharp": "--", "lemma_1": ":"}
MARKS = {"sharp_step": "o", "lemma_1_sharp": "s", "lemma_1": "^"}


def table() -> dict[str, Any]:
    """What worst_case.json holds. No randomness."""
    rows, widest, skipped = [], 0.0, 0
    for J, L, square, step in product(SUCCESS_RATES, SMOOTHNESS, SQUARED_BOUNDS, STEPS):
        try:
            found = worst_case(J, 1.0, L, (square * L) ** 0.5, step / L)
        except OutOfDomain:
            skipped += 1
            continue
        rows.append([J, L, square, step, *row(found)])
        widest = max(widest, found.least.width, found.greatest.width)
    counts = {"out of the solver's range": skipped, "widest enclosure": rounded(widest, 1)}
    return {
        "command": COMMAND,
        "versions": versions("numpy", "scipy", "python-flint"),
        "units": "gap = 1: L in gap^2, G in gap, step = eta L/gap; changes are less gap * eta",
        "summary": counts | summary(rows),
        "safe step columns": ["J", "L", "G^2/L", "eta_safe", "exact", "attained"],
        "safe steps": safe_steps(),
        "columns": list(COLUMNS),
        "rows": rows,
    }


def row(found: WorstCase) -> Iterator[Any]:
    """The columns after the constants: changes less gap * eta, and what is allowed."""
    update, first_order = checked(*constants(found)), found.gap * found.step_size
    for end, greatest in ((found.least, False), (found.greatest, True)):
        measured = None if end.attained else on_the_way(update, TIMES, greatest)
        yield from (rounded(end.change - first_order), end.attained)
        yield None if measured is None else rounded(measured - first_order)
    for leaves in found.proved.values():
        lowest, highest = leaves or (None, None)
        yield None if lowest is None else rounded(first_order - lowest)
        yield None if highest is None else rounded(highest - first_order)


def used(rows: list[list[Any]], slug: str, side: str) -> list[float | None]:
    """For each row the part of the allowance that the worst case uses; None without one."""
    changes, allowed = column(rows, SIDES[side]), column(rows, f"{slug} {side}")
    return [a and abs(c) / a for c, a in zip(changes, allowed, strict=True)]


def safe_steps() -> list[list[Any]]:
    """J, L, G^2/L, then eta_safe and the exact safe step, both as eta L/gap, and whether a finite
    policy leaves J as it is at the latter: no larger step is safe then."""
    found = []
    for J, L, square in product(SUCCESS_RATES, SMOOTHNESS, SQUARED_BOUNDS):
        constants = J, 1.0, L, (square * L) ** 0.5
        update = checked(*constants, 1e-3)
        proved, step = float(evaluate(SAFE_STEP, exactly(update))), safe_step(update)
        attained = attaining_share(checked(*constants, step)) is not None
        found.append([J, L, square, rounded(proved * L), rounded(step * L), attained])
    return found


def summary(rows: list[list[Any]]) -> dict[str, Any]:
    """How often policies attain the worst case, and how much of each inequality it uses."""
    found: dict[str, Any] = {"updates": len(rows)}
    for side, end in SIDES.items():
        changes, measured = column(rows, end), column(rows, f"{end} on the way")
        misses = [abs(m - c) for c, m in zip(changes, measured, strict=True) if m is not None]
        found[f"{end} attained"] = sum(column(rows, f"{end} attained"))
        found[f"{end} beyond policies by at most"] = rounded(max(misses, default=0.0), 3)
        parts = {slug: used(rows, slug, side) for slug in PROVED}
        for slug, values in parts.items():
            known = sorted(x for x in values if x is not None)
            numbers = known[0], median(known), known[-1]
            found[f"{slug} used {side}: least, median, largest"] = [rounded(x, 4) for x in numbers]
        tightest = [max(PROVED, key=lambda slug: parts[slug][k] or 0) for k in range(len(rows))]
        found[f"tightest {side}"] = dict(sorted(Counter(tightest).items()))
    return found


def column(rows: list[list[Any]], name: str) -> list[Any]:
    return [line[COLUMNS.index(name)] for line in rows]


def rounded(value: float, digits: int = 6) -> float:
    """To so many significant digits: the last ones depend on the machine."""
    return float(f"{value:.{digits}g}")


# -- figure ----------------------------------------------------------------------------------------


def draw(results: Mapping[str, Any], path: Path, L: float = 4.0, square: float = 1.0) -> None:
    """Two rows of panels, one column for each of J = 0.1, 0.5, 0.9, at one L and G^2/L.

    Above: the range of the change of log odds less gap * eta, in units of L eta^2/2, in which the
    proved bounds are constants. Below: how much of the lower allowance the worst case uses."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 3, sharex=True, sharey="row")
    for (upper, lower), J in zip(panels.T, (0.1, 0.5, 0.9), strict=True):
        rows = [line for line in results["rows"] if line[:3] == [J, L, square]]
        steps = column(rows, "step")
        units = [step**2 / L / 2 for step in steps]
        draw_range(upper, rows, steps, units)
        for slug in PROVED:
            style = {"color": COLOURS[slug], "linestyle": DASHES[slug]}
            for side, sign in (("below", -1), ("above", 1)):
                pairs = zip(column(rows, f"{slug} {side}"), units, strict=True)
                bounds = [float("nan") if a is None else sign * a / unit for a, unit in pairs]
                upper.plot(steps, bounds, label=slug if sign < 0 else None, **style)
            parts = [float("nan") if x is None else x for x in used(rows, slug, "below")]
            lower.plot(steps, parts, marker=MARKS[slug], markersize=4, **style)
        upper.set_title(f"J = {J:g}")
        lower.axhline(1, color="0.6", linewidth=0.8)
        lower.set_xlabel("step size, in gap/L")
    panels[0, 0].set_yscale("symlog", linthresh=1)
    panels[0, 0].set_ylim(-30, 30)
    panels[0, 0].set_yticks([-10, -3, -1, 0, 1, 3, 10], ["-10", "-3", "-1", "0", "1", "3", "10"])
    panels[0, 0].set_ylabel("change of log odds - gap eta,\nin L eta^2/2")
    panels[1, 0].set_ylabel("part of the lower allowance\nthat the worst case uses")
    panels[1, 0].set_ylim(0, 1.05)
    figure.legend(
        *panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=7, fontsize=9
    )
    figure.suptitle(f"One update: L/gap^2 = {L:g}, G^2/L = {square:g}", fontsize=11)
    write_whole(path, as_image(figure, path.suffix.removeprefix(".")))


def draw_range(panel: Any, rows: list[list[Any]], steps: list[float], units: list[float]) -> None:
    """The worst case as a band; its ends are filled where a finite policy attains them."""
    ends = {
        end: [c / unit for c, unit in zip(column(rows, end), units, strict=True)]
        for end in SIDES.values()
    }
    panel.fill_between(steps, *ends.values(), color="0.85", label="range of updates")
    for end, values in ends.items():
        attained = column(rows, f"{end} attained")
        for filled, name in ((True, "attained by a policy"), (False, "not known to be attained")):
            points = [
                (x, y) for x, y, hit in zip(steps, values, attained, strict=True) if hit is filled
            ]
            panel.plot(
                *(zip(*points, strict=True) if points else ((), ())),
                linestyle="",
                marker="D",
                markersize=3.5,
                color="0.25",
                markerfacecolor="0.25" if filled else "white",
                label=name if end == "least" else None,
            )


# -- file ------------------------------------------------------------------------------------------


def as_text(document: Mapping[str, Any]) -> str:
    """JSON with a line for each entry, and for each row of numbers."""
    entries = []
    for name, value in document.items():
        text = json.dumps(value)
        if isinstance(value, list) and isinstance(value[0], list):
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        elif isinstance(value, dict):
            text = json.dumps(value, indent=1)
        entries.append(f" {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(entries) + "\n}\n"


def main(figure: str | None = None) -> None:
    """Write the table, or draw the table that is there."""
    if figure is not None:
        draw(json.loads(RESULTS.read_text(encoding="utf-8")), Path(figure))
        return
    write_whole(RESULTS, as_text(table()).encode())


if __name__ == "__main__":
    main(*sys.argv[1:2])
