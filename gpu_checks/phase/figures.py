"""The figures of the phase diagrams, drawn from tables alone, so without torch.

Each function takes tables (dict of columns, each (rows,)) and returns the bytes of a png. Colours
are told apart by all eyes; in grey, by order of brightness, hatching, line style and marker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gpu_checks.phase import analysis
from gpu_checks.phase.analysis import Exponent, Rows, Table
from numeric.core.record import as_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, YELLOW, BLACK = "#E69F00", "#56B4E9", "#F0E442", "#000000"
HEAT = "cividis"

FATE_LOOKS: dict[str, tuple[str, str]] = {
    analysis.CONVERGED: (BLUE, ""),
    analysis.RISING: (SKY, ""),
    analysis.STAGNATION: ("#DDDDDD", "..."),
    analysis.FALLEN: (YELLOW, "---"),
    analysis.DETERMINISTIC: (VERMILION, "///"),
    analysis.UNIFORM: (ORANGE, "\\\\\\"),
    analysis.ABSORBED: (BLACK, ""),
    analysis.MOVING: (PURPLE, "xxx"),
    analysis.OVERFLOW: ("#FFFFFF", "+++"),
}
LOOKS = [(BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, "-.", "^"), (ORANGE, "-", "D")]
LOOKS += [(SKY, "--", "v"), (PURPLE, ":", "P"), (BLACK, "-", "x"), ("#888888", ":", "*")]
AXIS_NAMES = {"longest": "longest response T", "start": "initial success rate J(0)"}
STEP_NAMES = {"plain": "learning rate α", "normalised": "step length η of a unit direction"}

LEGEND: dict[str, Any] = {"loc": "outside lower center", "frameon": False, "fontsize": 10.5}

Panels = list[tuple["Axes", Rows]]


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _panels(table: Table, height: float) -> tuple[Figure, Panels]:
    """An axis for each panel. If every algorithm is in every diagram, a column for each diagram, so
    that with and without length normalisation stand side by side; else three to a row."""
    panels = analysis.panels(analysis.rows(table))
    kinds = {name: list(dict.fromkeys(p[name] for p, _ in panels)) for name in analysis.PANEL}
    lines = list(dict.fromkeys((p["algorithm"], p["task"], p["step"]) for p, _ in panels))
    across, side_by_side = min(3, len(panels)), False
    if len(panels) == len(kinds["diagram"]) * len(lines) > len(lines):
        across, side_by_side = len(kinds["diagram"]), True
        panels.sort(key=lambda p: lines.index((p[0]["algorithm"], p[0]["task"], p[0]["step"])))
    down = math.ceil(len(panels) / across)
    figure = _figure(max(6.5, 4.9 * across), height * down + 0.9)
    sharing: Any = "row" if side_by_side else "none"
    axes = figure.subplots(down, across, sharex=sharing, squeeze=False).ravel()
    for ax, (name, _) in zip(axes, panels, strict=False):
        several = [n for n in ("task", "step") if len(kinds[n]) > 1]
        ax.set_title(", ".join(str(name[n]) for n in ("algorithm", "diagram", *several)))
        ax.set_xlabel(STEP_NAMES.get(name["step"], f"step size, {name['step']}"))
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    return figure, [(ax, here) for ax, (_, here) in zip(axes, panels, strict=False)]


def _levels(here: Rows, against: str) -> NDArray[np.float64]:
    """The value on the axis of each row, (rows,). ValueError: an unknown axis."""
    if against not in AXIS_NAMES:
        raise ValueError(f"against is {' or '.join(AXIS_NAMES)}, not {against}")
    values = np.array([float(row[against]) for row in here])
    return analysis.levels(values) if against == "start" else values


def _height(level: float, against: str) -> float:
    """Where a level stands: log2 T, or the log odds of J, so that laws are near to straight."""
    return math.log2(level) if against == "longest" else analysis.log_odds(level)


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """The borders of cells around sorted centres, (n + 1,), half-way, the outer ones mirrored."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _cells(here: Rows, against: str) -> list[tuple[list[float], Rows]]:
    """For each (level, step) the borders [left, right, bottom, top] of its cell and its runs. Each
    level has its own grid of steps."""
    level = _levels(here, against)
    places = np.unique(level)
    bands = _edges(np.array([_height(x, against) for x in places]))
    found = []
    for number, place in enumerate(places):
        runs = [row for row, own in zip(here, level, strict=True) if own == place]
        steps = np.unique([float(row["step_size"]) for row in runs])
        borders = 10 ** _edges(np.log10(steps))
        for index, step in enumerate(steps):
            cell = [*borders[index : index + 2].tolist(), *bands[number : number + 2].tolist()]
            found.append((cell, [row for row in runs if float(row["step_size"]) == step]))
    return found


def _finish(ax: Axes, here: Rows, against: str) -> None:
    """The axes of a diagram of cells, with the levels named."""
    places = np.unique(_levels(here, against)).tolist()
    labels = [f"{x:.2g}" if against == "start" else f"{x:g}" for x in places]
    ax.set_yticks([_height(x, against) for x in places], labels)
    ax.set(xscale="log", ylabel=AXIS_NAMES[against])
    ax.margins(x=0.03, y=0)
    ax.autoscale_view()


# -- the phase diagram -----------------------------------------------------------------------------


def phase_diagram(
    table: Table, predictions: Table | None = None, against: str = "longest"
) -> bytes:
    """Step size across, T or J(0) upwards; a cell is the mean final success over its seeds.

    × in a cell: no seed survived; 2/5: two of five did; nothing: all did. On top the measured
    threshold, median over the seeds, with a bar from the least to the greatest; an arrow where the
    median is outside the grid; and the predicted safe step, median over the seeds.

    ValueError: an unknown axis, no runs, or a run without a fate (`phase_analysis.fate`)."""
    from matplotlib.cm import ScalarMappable

    figure, panels = _panels(table, 3.9)
    for ax, here in panels:
        cells = _cells(here, against)
        for cell, runs in cells:
            _heat(ax, cell, runs)
        measured = analysis.thresholds(analysis.columns(here))
        _boundary(ax, measured, against, min(c[0] for c, _ in cells), max(c[1] for c, _ in cells))
        if predictions is not None:
            safe = analysis.predicted_thresholds(measured, predictions)
            heights, steps = _medians([r for r in safe if r["censored"] == "no"], against)
            style: dict[str, Any] = {"color": "white", "linestyle": "--", "linewidth": 2.2}
            style |= {"marker": "D", "markersize": 7, "markeredgecolor": BLACK}
            ax.plot(steps, heights, label="predicted safe step", path_effects=_outline(), **style)
        _finish(ax, here, against)
    bar: dict[str, Any] = {"ax": [ax for ax, _ in panels], "pad": 0.02}
    figure.colorbar(ScalarMappable(cmap=HEAT), label="mean final success rate", **bar)
    handles = panels[0][0].get_legend_handles_labels()
    marks = "×: no seed survived;  2/5: two of five did;  no mark: all did;  white: no runs"
    figure.legend(*handles, ncols=2, title=marks, title_fontsize=10.5, **LEGEND)
    return as_image(figure)


def _heat(ax: Axes, cell: list[float], runs: Rows) -> None:
    """A run that overflowed counts as success 0: nothing can be sampled from it."""
    from matplotlib import colormaps

    left, right, bottom, top = cell
    final = np.nan_to_num([float(row["final_success"]) for row in runs], nan=0.0)
    alive = int(analysis.survived(analysis.columns(runs)).sum())
    _box(ax, cell, facecolor=colormaps[HEAT](float(final.mean())), edgecolor="white")
    if alive < len(runs):
        text = f"{alive}/{len(runs)}" if alive else "×"
        spot = math.sqrt(left * right), top - 0.22 * (top - bottom)  # above the line
        style: dict[str, Any] = {"color": "white", "path_effects": _outline(2), "zorder": 9}
        ax.text(*spot, text, fontsize=9, ha="center", va="center", **style)


def _box(ax: Axes, cell: list[float], **look: Any) -> None:
    from matplotlib.patches import Rectangle

    left, right, bottom, top = cell
    spot = (left, bottom), right - left, top - bottom
    ax.add_patch(Rectangle(*spot, linewidth=0.4, **look))


def _medians(listed: Rows, against: str) -> tuple[list[float], list[float]]:
    """The height of each level and the median there; in the log, as thresholds are means there."""
    level = _levels(listed, against) if listed else np.array([])
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.log([float(row["threshold"]) for row in listed])
        median = [float(np.exp(np.median(step[level == x]))) for x in np.unique(level)]
    return [_height(x, against) for x in np.unique(level)], median


def _boundary(ax: Axes, measured: Rows, against: str, left: float, right: float) -> None:
    """The median threshold of each level; censored ones are 0 and inf, which a median can take."""
    heights, steps = _medians(measured, against)
    level = _levels(measured, against)
    step = np.array([float(row["threshold"]) for row in measured])
    style: dict[str, Any] = {"color": VERMILION, "path_effects": _outline()}
    for place, height, x in zip(np.unique(level), heights, steps, strict=True):
        span = np.clip([step[level == place].min(), step[level == place].max()], left, right)
        ax.plot(span, [height, height], linewidth=2.6, solid_capstyle="butt", **style)
        if x in (0, math.inf):
            at, arrow = (right, ">") if x else (left, "<")
            ax.plot(at, height, arrow, markersize=11, clip_on=False, **style)
    inside = [x if left < x < right else math.nan for x in steps]
    style |= {"marker": "o", "markersize": 8, "markeredgecolor": "white", "linewidth": 2.6}
    ax.plot(inside, heights, label="measured threshold: median, least to greatest", **style)


def _outline(width: float = 4.2) -> list[Any]:
    """A dark line around a bright one, so that it is seen on every cell."""
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=width, foreground=BLACK), Normal()]


# -- the modes of collapse -------------------------------------------------------------------------


def collapse_modes(table: Table, against: str = "longest") -> bytes:
    """The same cells; in each, the share of the seeds that met each fate, from below in the order
    of `phase_analysis.FATES`. ValueError: see `phase_diagram`."""
    from matplotlib.patches import Rectangle

    seen = [end for end in analysis.FATES if end in analysis.fates(table)]
    figure, panels = _panels(table, 3.9)
    for ax, here in panels:
        for (left, right, bottom, top), runs in _cells(here, against):
            ends = analysis.fates(analysis.columns(runs)).tolist()
            gap = (right / left) ** 0.05
            base = bottom + 0.07 * (top - bottom)
            for end in (end for end in seen if end in ends):
                tall = 0.86 * (top - bottom) * ends.count(end) / len(ends)
                colour, hatch = FATE_LOOKS[end]
                cell = [left * gap, right / gap, base, base + tall]
                _box(ax, cell, facecolor=colour, hatch=hatch, edgecolor=BLACK)
                base += tall
            ax.update_datalim([(left, bottom), (right, top)])
        _finish(ax, here, against)
    looks = [FATE_LOOKS[end] for end in seen]
    boxes = [Rectangle((0, 0), 1, 1, fc=colour, hatch=hatch, ec=BLACK) for colour, hatch in looks]
    figure.legend(boxes, seen, ncols=2 if len(panels) == 1 else 4, handleheight=1.6, **LEGEND)
    return as_image(figure)


# -- the law of the threshold ----------------------------------------------------------------------


def scaling(
    table: Table,
    rng: np.random.Generator,
    predictions: Table | None = None,
    against: str = "longest",
) -> bytes:
    """Thresholds against T or J(0), both logarithmic: a point with its bracket for each seed, the
    fitted power of `phase_analysis.exponent` and its 95% interval, measured and predicted.

    A triangle is a censored one: at least (pointing up) or at most (down) this. The shaded fan
    turns the line about its centre from one end of the interval to the other.

    ValueError: see `phase_diagram` and `phase_analysis.exponent`."""
    from matplotlib.ticker import FuncFormatter

    figure, panels = _panels(table, 4.2)
    for ax, here in panels:
        measured = analysis.thresholds(analysis.columns(here))
        laws = [("measured", measured, {"color": BLUE, "linestyle": "-"}, "o")]
        if predictions is not None:
            safe = analysis.predicted_thresholds(measured, predictions)
            laws.append(("safe step", safe, {"color": VERMILION, "linestyle": "--"}, "s"))
        for name, listed, look, marker in laws:
            law = analysis.exponent(listed, rng, against)
            _points(ax, listed, law, look["color"], marker)
            _law(ax, listed, law, name, look)
        ax.set(xscale="log", yscale="log", xlabel=AXIS_NAMES[against], ylabel="threshold step")
        places = np.unique(_levels(here, against))
        ax.set_xticks(places, [f"{x:.2g}" if x < 1 else f"{x:g}" for x in places])
        ax.set_xticks([], minor=True)
        ax.yaxis.set_major_formatter("{x:g}")
        two_or_five = FuncFormatter(lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else "")
        ax.yaxis.set_minor_formatter(two_or_five)
        ax.grid(alpha=0.25)
        ax.legend(fontsize=10, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    return as_image(figure)


def _points(ax: Axes, listed: Rows, law: Exponent, colour: str, marker: str) -> None:
    """Each seed a little aside of the others."""
    seeds = sorted({float(row["seed"]) for row in listed})
    for x, row in zip(_levels(listed, law.against), listed, strict=True):
        aside = x * 1.03 ** (seeds.index(float(row["seed"])) - (len(seeds) - 1) / 2)
        low, high = float(row["lower"]), float(row["upper"])
        places = {"no": (float(row["threshold"]), marker), "right": (low, "^"), "left": (high, "v")}
        at, shape = places.get(str(row["censored"]), (math.nan, marker))
        ax.plot(aside, at, shape, color=colour, markerfacecolor="white", markersize=6)
        if row["censored"] == "no":
            ax.plot([aside, aside], [low, high], color=colour, alpha=0.5, linewidth=1.2)


def _law(ax: Axes, listed: Rows, law: Exponent, name: str, look: dict[str, Any]) -> None:
    if math.isnan(law.slope):
        ax.plot([], [], label=f"{name}: no slope, {law.reason}", **look)
        return
    used = [
        (math.log(x), math.log(float(row["threshold"])))
        for x, row in zip(_levels(listed, law.against), listed, strict=True)
        if row["censored"] == "no" and x not in law.excluded
    ]
    x0, y0 = np.mean(used, axis=0)
    x = np.linspace(min(used)[0], max(used)[0], 50)
    line, *ends = (np.exp(y0 + s * (x - x0)) for s in (law.slope, law.low, law.high))
    power = f"{'T' if law.against == 'longest' else 'J(0)'}^{{{law.slope:.2f}}}"
    label = f"{name} ~ ${power}$, 95%: ${law.low:.2f}$ to ${law.high:.2f}$"
    ax.plot(np.exp(x), line, linewidth=2.2, label=label, **look)
    between = np.minimum(*ends), np.maximum(*ends)
    ax.fill_between(np.exp(x), *between, color=look["color"], alpha=0.18, linewidth=0)


# -- runs ------------------------------------------------------------------------------------------


def learning_curves(
    runs: Mapping[str, Mapping[str, Sequence[float] | NDArray[Any]]], window: int = 1
) -> bytes:
    """Success rate above and entropy per token below, against the step, one line for each label:
    {label: {"step", "success", "entropy"}}, each (n,). With window > 1 a running mean over so many
    entries, and the entries themselves behind it, faint.

    ValueError: no runs, columns of unequal length, or a window that no run fills."""
    if not runs:
        raise ValueError("no runs to draw")
    figure = _figure(9, 7.4)
    axes = figure.subplots(2, 1, sharex=True)
    for number, (label, run) in enumerate(runs.items()):
        step = np.asarray(run["step"], float)
        colour, line, marker = LOOKS[number % len(LOOKS)]
        style: dict[str, Any] = {"color": colour, "linestyle": line, "marker": marker}
        for ax, name in zip(axes, ("success", "entropy"), strict=True):
            values = np.asarray(run[name], float)
            if len(values) != len(step) or not 1 <= window <= len(step):
                raise ValueError(f"{label}: {len(step)} steps, {len(values)} of {name}, {window=}")
            mean = np.convolve(values, np.ones(window) / window, mode="valid")
            middle = step[(window - 1) // 2 :][: len(mean)]
            every = (number % 5, max(1, len(mean) // 8))
            ax.plot(middle, mean, linewidth=2, markevery=every, label=label, **style)
            if window > 1:
                ax.plot(step, values, color=colour, alpha=0.2, linewidth=0.8)
    axes[0].set(ylim=(-0.03, 1.03), ylabel="success rate")
    axes[1].set(ylim=(0, None), ylabel="entropy per token (nats)", xlabel="step")
    for ax in axes:
        ax.grid(alpha=0.25)
    figure.legend(*axes[0].get_legend_handles_labels(), ncols=min(4, len(runs)), **LEGEND)
    return as_image(figure)


def gap_against_success(table: Table) -> bytes:
    """The paper's Figure 2: the success rate against the cumulative gap M, a panel for each task,
    coloured by the share of training done, a marker for each algorithm.

    Solid, J0 / (J0 + (1 - J0) exp(-M)): what M does to the log odds to first order. Dashed, with
    M / 2: the lower bound of Theorem 1(b) and Corollary 1, which holds under their step size. J0
    is the mean over the runs of a task of the success rate at their first step.

    Columns: task, algorithm, seed, step, success, cumulative_gap. ValueError: no rows."""
    tasks, algorithms = (list(dict.fromkeys(table[x].tolist())) for x in ("task", "algorithm"))
    if not tasks:
        raise ValueError("no rows to draw")
    marker = {name: LOOKS[number % len(LOOKS)][2] for number, name in enumerate(algorithms)}
    down, across = math.ceil(len(tasks) / 3), min(3, len(tasks))
    figure = _figure(max(6.5, 4.4 * across), 3.4 * down + 1)
    axes = figure.subplots(down, across, sharey=True, squeeze=False).flatten()[: len(tasks)]
    for ax, task in zip(axes, tasks, strict=True):
        first = []
        here = analysis.where(table, task=task)
        for algorithm, seed in sorted(set(zip(here["algorithm"], here["seed"], strict=True))):
            run = analysis.where(here, algorithm=algorithm, seed=seed)
            first.append(float(run["success"][np.argmin(run["step"])]))
            done = run["step"] / max(float(run["step"].max()), 1.0)
            style: dict[str, Any] = {"cmap": HEAT, "vmin": 0, "vmax": 1, "s": 18, "c": done}
            style |= {"marker": marker[algorithm]}
            spots = ax.scatter(run["cumulative_gap"], run["success"], **style)
        start = float(np.mean(first))
        M = np.linspace(0, float(here["cumulative_gap"].max()), 2000)
        for share, line, name in ((1, "-", "exp(−M)"), (2, "--", "exp(−M/2), Corollary 1")):
            curve = start / (start + (1 - start) * np.exp(-M / share))
            ax.plot(M, curve, line, color=VERMILION, linewidth=2.4, label=f"logistic, {name}")
        ax.set(title=str(task), xlabel="cumulative gap M", ylim=(-0.03, 1.03))
        ax.set_xscale("symlog", linthresh=8)  # all of the logistic curve is on the straight part
        ax.set_xlim(left=-0.4)
        ax.grid(alpha=0.25)
    for ax in axes[::across]:
        ax.set_ylabel("success rate")
    figure.colorbar(spots, ax=list(axes), pad=0.02, label="share of training done")
    for algorithm in algorithms:
        axes[0].plot([], [], marker[algorithm], color="#444444", label=str(algorithm))
    figure.legend(*axes[0].get_legend_handles_labels(), ncols=4, **LEGEND)
    return as_image(figure)
