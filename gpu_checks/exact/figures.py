"""The figure of exact training, drawn from its files alone, so without torch.

exact.png   left: the smallest harmful step seen over each predicted safe step, against J;
            right: J along training, below the safe step and with long steps
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

BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, BLACK = "#56B4E9", "#CC79A7", "#000000"
PREDICTIONS = {
    "token": ("L_p of tokens, E+[len]: token_eta_safe", SKY, "^"),
    "trajectory": ("L of responses: eta_safe", BLUE, "o"),
    "mean": ("E+[sup |H|]: mean_curvature_step", VERMILION, "s"),
}
LOOKS = ((BLUE, "-"), (SKY, "--"), (ORANGE, "-"), (VERMILION, "-"), (PURPLE, ":"), (GREEN, "-."))


def draw(folder: Path) -> dict[str, bytes]:
    """exact.png from exact_steps.csv and exact_collapse.csv.

    ValueError or FileNotFoundError: a table is missing, empty or cut short."""
    steps, collapse = (read_csv(folder / f"exact_{name}.csv") for name in ("steps", "collapse"))
    return {"exact.png": as_image(exact(steps, collapse))}


def exact(steps: Table, collapse: Table) -> Figure:
    """Both panels. `steps` and `collapse`: the tables of `exact_study`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.5, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    ratios(left, steps)
    curves(right, collapse)
    return figure


def ratios(axes: Axes, steps: Table) -> None:
    """A point for each update that has a harmful step, in each prediction's unit."""
    hit = np.isfinite(steps["observed"])
    J = steps["J"][hit]
    least = np.inf
    for kind, (label, colour, marker) in PREDICTIONS.items():
        ratio = steps["observed"][hit] / steps[kind][hit]
        least = min(least, ratio.min(initial=np.inf))
        says = f"{label} (least {ratio.min():.2f})" if len(ratio) else label
        look: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "none"}
        axes.plot(J, ratio, label=says, markersize=4.5, alpha=0.75, markeredgewidth=0, **look)
    axes.set(xscale="log", yscale="log", xlabel="success rate J before the update (log axis)")
    axes.set_ylabel("smallest harmful step seen / predicted safe step")
    axes.set_ylim(0.6, None)
    axes.axhline(1, color=BLACK, linewidth=1.4)
    axes.axhspan(0.6, 1, color=BLUE, alpha=0.08)
    axes.text(0.5, 0.82, "J rises", transform=axes.get_yaxis_transform(), ha="center", va="center")
    none = int((~hit & ~np.isnan(steps["observed"])).sum())
    axes.set_title(f"{hit.sum()} exact updates; {none} more have no harmful step", fontsize=11)
    _ticks(axes)
    axes.grid(alpha=0.25)
    _legend(axes, 1)


def _ticks(axes: Axes) -> None:
    """Success rates as percentages that one reads at a glance."""
    shown = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
    low, high = axes.get_xlim()
    kept = [x for x in shown if low <= x <= high]
    axes.set_xticks(kept, [f"{x:g}" for x in kept])
    axes.minorticks_off()


def curves(axes: Axes, collapse: Table) -> None:
    """J against updates, each rule with its own line."""
    runs = list(dict.fromkeys(zip(collapse["rule"].tolist(), collapse["value"], strict=True)))
    for (rule, value), (colour, line) in zip(runs, LOOKS, strict=False):
        here = (collapse["rule"] == rule) & (collapse["value"] == value)
        of = f"{value:g} of the safe step" if rule == "fraction" else f"step length {value:g}"
        marker = "" if rule == "fraction" else "o"
        look: dict[str, Any] = {"color": colour, "linestyle": line, "marker": marker}
        axes.plot(collapse["step"][here], collapse["J"][here], label=of, markersize=3.5, **look)
    axes.set(yscale="log", xlabel="updates along the exact gap", ylabel="success rate J (log axis)")
    axes.set_title(
        "Below the safe step J rises; long steps throw it down, and up again", fontsize=11
    )
    axes.grid(alpha=0.25)
    _legend(axes, 2)


def _legend(axes: Axes, columns: int) -> None:
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.13)}
    axes.legend(fontsize=9, frameon=False, ncols=columns, **place)
