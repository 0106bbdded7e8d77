"""The figures of the laboratory, drawn from its files alone.

laboratory_rules.png       the contextual bandit: every rule, against updates and cumulative gap
laboratory_thresholds.png  the smallest harmful step over eta_safe; outcomes against kappa
laboratory_plateau.png     where a fixed step leaves the success rate
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numeric.core.record import as_image, read_csv

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Table = dict[str, NDArray[Any]]

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK = "#E69F00", "#56B4E9", "#000000"
LOOKS: list[dict[str, Any]] = [
    {"color": SKY, "marker": "o", "linestyle": "-"},
    {"color": BLUE, "marker": "s", "linestyle": "--"},
    {"color": GREEN, "marker": "^", "linestyle": "-."},
    {"color": ORANGE, "marker": "D", "linestyle": "-"},
    {"color": VERMILION, "marker": "v", "linestyle": "--"},
    {"color": PURPLE, "marker": "P", "linestyle": ":"},
]
SYMBOL = {"adaptive": "κ", "constant step": "η"}


def draw(folder: Path) -> dict[str, bytes]:
    """The figures as png, by file name, from the tables in the folder.

    ValueError or FileNotFoundError: a table is missing, empty or cut short."""
    names = ("bandit", "thresholds", "training", "plateau")
    tables = {name: read_csv(folder / f"{name}.csv") for name in names}
    figures = {
        "laboratory_rules.png": rules(tables["bandit"]),
        "laboratory_thresholds.png": thresholds(tables["thresholds"], tables["training"]),
        "laboratory_plateau.png": plateau(tables["plateau"]),
    }
    return {name: as_image(figure) for name, figure in figures.items()}


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _where(table: Table, **wanted: object) -> Table:
    """The rows in which these columns have these values."""
    keep = np.logical_and.reduce([table[name] == value for name, value in wanted.items()])
    return {name: column[keep] for name, column in table.items()}


def _values(column: NDArray[Any]) -> list[Any]:
    """Each value once, in the order of the table."""
    return list(dict.fromkeys(column.tolist()))


def rules(table: Table) -> Figure:
    """A row for each rule; left against updates, right against the cumulative gap."""
    names = _values(table["rule"])
    figure = _figure(9, 2.5 * len(names))
    axes = figure.subplots(len(names), 2, sharex="col", sharey=True, squeeze=False)
    for (left, right), name in zip(axes, names, strict=True):
        here = _where(table, rule=name)
        for look, multiple in zip(LOOKS, _values(here["multiple"]), strict=False):
            run = _where(here, multiple=multiple)
            style = {**look, "markersize": 4, "linewidth": 1.5, "markevery": 6}
            label = f"{SYMBOL.get(name, 'α')} = {multiple:g}"
            left.plot(run["updates"], run["J"], label=label, **style)
            right.plot(run["cumulative_gap"], run["J"], **style)
        left.set_title("REINFORCE, Dr. GRPO" if name == "REINFORCE" else name, fontsize=11)
        left.legend(fontsize=9, frameon=False, loc="upper left", ncols=2)
        left.set(xscale="log", ylim=(0, 1), ylabel="mean success rate J")
        right.set_xscale("log")
        for ax in (left, right):
            ax.grid(alpha=0.25)
    axes[-1, 0].set_xlabel("updates k")
    axes[-1, 1].set_xlabel("cumulative gap M(k)")
    return figure


def thresholds(table: Table, training: Table) -> Figure:
    """How far the smallest harmful step is above eta_safe; whether J ever falls, by kappa; and how
    many runs end collapsed, by learning rate."""
    figure = _figure(9, 12)
    top, middle, bottom = figure.subplots(3, 1)
    _ratios(top, _where(table, kind="drawn", J=0.1))
    _transition(middle, _where(training, J=0.1, name="adaptive"))
    _collapses(bottom, _where(training, J=0.1, kind="drawn"))
    return figure


def _transition(axes: Axes, table: Table) -> None:
    """Final J, and the share of problems in which J fell, against kappa."""
    columns = {
        "final_J": ("final J", "o", "-"),
        "J_ever_fell": ("share in which J ever fell", "s", "--"),
        "J_below_a_tenth": ("share with J < J(0)/10 on the way", "^", ":"),
    }
    for kind, colour, face in (("drawn", VERMILION, VERMILION), ("separable", BLUE, "white")):
        run = _where(table, kind=kind)
        for column, (says, marker, line) in columns.items():
            style: dict[str, Any] = {"marker": marker, "linestyle": line, "markersize": 6}
            style |= {"color": colour, "markerfacecolor": face, "linewidth": 1.6}
            axes.plot(run["multiple"], run[column], label=f"{kind}: {says}", **style)
    axes.set_xscale("log", base=2)
    axes.set_xlim(table["multiple"].min() * 0.8, None)
    _boundary(axes)
    axes.set(xlabel="κ: step size over eta_safe, at every update", ylim=(-0.03, 1.06))
    axes.set_ylabel("mean final J, or share of problems")
    axes.set_title("Training from J(0) = 0.1", fontsize=11)
    _legend_beside(axes)


def _collapses(axes: Axes, table: Table) -> None:
    """Share of runs that end collapsed, and that stagnate, against the multiple of each rule."""
    for name, look in zip(_values(table["name"]), LOOKS, strict=False):
        run = _where(table, name=name)
        style = {**look, "markersize": 6, "linewidth": 1.6}
        axes.plot(run["multiple"], run["collapsed"], label=name, **style)
    axes.set_xscale("log", base=4)
    axes.set(ylim=(-0.01, 0.35), ylabel="share of problems that end collapsed")
    axes.set_xlabel("learning rate, in the unit of the rule")
    axes.set_title("Collapses that last: J < J(0)/10 in the last fifth", fontsize=11)
    axes.grid(alpha=0.25)
    _legend_beside(axes)


def _boundary(axes: Axes) -> None:
    """The line at eta_safe; below it, it is proved that J rises."""
    axes.axvline(1, color=BLACK, linewidth=1.6)
    axes.axvspan(axes.get_xlim()[0], 1, color=BLUE, alpha=0.07)
    axes.margins(x=0)


def _legend_beside(axes: Axes) -> None:
    axes.legend(fontsize=9, frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))


def _ratios(axes: Axes, table: Table) -> None:
    """Observed over predicted, sorted: the share of harmful steps below each ratio."""
    hit = np.isfinite(table["observed"])
    names = {
        "point": "L at the point only (no proof)",
        "segment": "L along the segment",
        "direction": "L, G along the direction",
        "family": "L, G of the family",
    }
    for (name, label), look in zip(names.items(), (LOOKS[4], *LOOKS[:3]), strict=True):
        ratio = np.sort(table["observed"][hit] / table[name][hit])
        share = np.arange(1, len(ratio) + 1) / len(ratio)
        style = {**look, "markersize": 4, "linewidth": 1.5, "markevery": 8}
        axes.plot(ratio, share, label=label, drawstyle="steps-post", **style)
    axes.set_xscale("log")
    _boundary(axes)
    axes.set_xlabel("smallest harmful step / eta_safe")
    axes.set_ylabel(f"share of the {int(hit.sum())} problems that have one")
    axes.set_title("One step along the gap, J = 0.1, drawn problems", fontsize=11)
    axes.text(0.95, 0.6, "proved: J rises", ha="right", fontsize=9, rotation=90, va="center")
    _legend_beside(axes)


def plateau(table: Table) -> Figure:
    """The final success rate of the pool against a fixed step, beside rules whose step shrinks."""
    panels = list(dict.fromkeys(zip(table["contexts"].tolist(), table["d"].tolist(), strict=True)))
    figure = _figure(4.1 * len(panels), 4.2)
    for ax, (contexts, d) in zip(
        figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels, strict=True
    ):
        here = _where(table, contexts=contexts, d=d)
        fixed = _where(here, rule="constant step")
        style = {"color": VERMILION, "marker": "s", "markersize": 6}
        ax.plot(fixed["multiple"], fixed["pool_J"], label="constant step η", **style)
        before: dict[str, Any] = {"color": VERMILION, "marker": "s", "markerfacecolor": "white"}
        ax.plot(
            fixed["multiple"],
            fixed["pool_J_before"],
            ":",
            label="the same, one fifth earlier",
            markersize=5,
            **before,
        )
        others = (
            ("adaptive", 1.0, "adaptive, κ = 1", BLUE, "-"),
            ("adaptive", 0.5, "adaptive, κ = 1/2", SKY, "--"),
            ("REINFORCE", 1.0, "REINFORCE, α = 1", GREEN, "-."),
            ("REINFORCE", 10.0, "REINFORCE, α = 10", PURPLE, (0, (1, 1))),
        )
        for rule, multiple, label, colour, line in others:
            J = _where(here, rule=rule, multiple=multiple)["pool_J"]
            ax.axhline(float(J[0]), color=colour, linestyle=line, linewidth=1.8, label=label)
        ax.set(xscale="log", ylim=(0, 1), xlabel="fixed step size η")
        ax.set_title(f"contexts: {contexts}, d = {d:g}", fontsize=11)
        ax.grid(alpha=0.25)
        if (contexts, d) == panels[0]:
            ax.set_ylabel("mean J of the training contexts, last fifth")
            ax.legend(fontsize=8, frameon=False, loc="lower right")
    return figure
