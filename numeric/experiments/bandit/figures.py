"""Figures of the bandit experiment, from its tables of results alone: nothing is computed again.

``draw`` reads the folder that `numeric.experiments.bandit.study.files` was written to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numeric.core.record import as_image, read_csv
from numeric.experiments.bandit.bandit import BAND, sigmoid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = dict[str, NDArray[Any]]

LEARNT, STUCK = "#0072B2", "#D55E00"
GROUPS = (("ends with J < 1/2", STUCK, "x"), ("ends with J ≥ 1/2", LEARNT, "o"))
LOOKS = {
    "whole_pool": ("#0072B2", "o", "-"),
    "below": ("#009E73", "s", "--"),
    "halt": ("#CC79A7", "^", ":"),
    "nearest": ("#D55E00", "D", "-."),
}
"""Told apart by all eyes, and in grey by markers and line styles."""


def draw(folder: Path, kind: str = "png") -> dict[str, bytes]:
    """bandit_panels and bandit_observations, as png, pdf or svg files, by name.

    ValueError: a table is cut short or the kind is another. FileNotFoundError: a table is missing.
    """
    curves, runs, histogram = (
        read_csv(folder / f"bandit_{name}.csv") for name in ("curves", "runs", "histogram")
    )
    return {
        f"bandit_panels.{kind}": panels(curves, kind),
        f"bandit_observations.{kind}": observations(runs, histogram, kind),
    }


# -- the three panels of the paper -----------------------------------------------------------------


def panels(curves: Table, kind: str = "png") -> bytes:
    """J against the cumulative gap M, M over the updates, J against the relative gap: one seed,
    each context one curve or cloud of points."""
    from matplotlib.figure import Figure

    updates = np.unique(curves["updates"])
    shape = len(updates), -1
    f, M, relative = (
        curves[name].reshape(shape) for name in ("log_odds", "cumulative_gap", "relative_gap")
    )
    J, learnt = sigmoid(f), f[-1] >= 0
    figure = Figure(figsize=(13.2, 4.3), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for (label, colour, marker), group in zip(GROUPS, (~learnt, learnt), strict=True):
        points: dict[str, Any] = {
            "color": colour,
            "marker": marker,
            "linestyle": "none",
            "markersize": 3.5,
            "markeredgewidth": 0.7,
            "markerfacecolor": "none",
            "alpha": 0.5,
            "rasterized": True,
        }
        left.plot(M[:, group].ravel(), J[:, group].ravel(), **points)
        right.plot(relative[:, group].ravel(), J[:, group].ravel(), **points)
        middle.plot(updates, M[:, group], color=colour, linewidth=0.6, alpha=0.3)
        every_fifth: dict[str, Any] = {**points, "markevery": 5, "alpha": 0.25}
        middle.plot(updates, M[:, group], **every_fifth)
        handle: dict[str, Any] = {**points, "markersize": 6, "alpha": 1.0, "linestyle": "-"}
        middle.plot([], [], label=f"{label} ({group.sum()})", **handle)
    _predictions(left, float(np.median(f[0])), float(M.max()))
    left.set(xlabel="cumulative gap M = Σ [Δμ]₊ η", ylabel="success rate J")
    middle.set(xlabel="updates", ylabel="cumulative gap M")
    right.axvline(0, color="black", linewidth=1, linestyle=":")
    right.set(xlabel="relative cumulative gap (training contexts: 0)", ylabel="success rate J")
    right.locator_params(axis="x", nbins=6)
    left.legend(fontsize=8, frameon=False, loc="lower right")
    middle.legend(fontsize=8, frameon=False, loc="upper left")
    titles = (
        "1  the learnt follow slope 1",
        "2  learnt, or left behind",
        "3  the learnt are nearer to 0",
    )
    for axes, title in zip((left, middle, right), titles, strict=True):
        axes.set_title(title, fontsize=11, loc="left")
    return as_image(figure, kind)


def _predictions(axes: Axes, f0: float, reach: float) -> None:
    M = np.linspace(0, reach, 300)
    axes.plot(M, sigmoid(f0 + M), color="black", linewidth=1.4, label="first order, slope 1")
    half = sigmoid(f0 + M / 2)
    axes.plot(M, half, color="black", linewidth=1.6, linestyle="--", label="Corollary 1, slope 1/2")


# -- over seeds and readings -----------------------------------------------------------------------


def observations(runs: Table, histogram: Table, kind: str = "png") -> bytes:
    """The three observations over all seeds and readings of the empty band, one panel each; points
    are seeds, bars medians."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.2, 4.3), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    predictions = {
        "rms_corollary": "Corollary 1\n½ M",
        "rms_slope_one": "slope 1\nM",
        "rms_fitted": "fitted\nslope × M",
        "rms_signed": "signed\nalignments",
    }
    _by_reading(left, runs, predictions)
    left.set(yscale="log", ylabel="RMS error in J")
    _ends(middle, histogram)
    correlations = {
        "spearman": "|relative gap|\nall contexts",
        "spearman_learnt": "|relative gap|\nlearnt ones",
        "spearman_cumulative": "−M\nall contexts",
    }
    _by_reading(right, runs, correlations)
    right.axhline(0, color="black", linewidth=0.8)
    right.set(ylabel="rank correlation with the time to J ≥ 1/2", ylim=(-0.3, 1.05))
    titles = ("1  which curve predicts J", "2  final success rates", "3  who converges first")
    for axes, title in zip((left, middle, right), titles, strict=True):
        axes.set_title(title, fontsize=11, loc="left")
    return as_image(figure, kind)


def _by_reading(axes: Axes, runs: Table, measures: dict[str, str]) -> None:
    """For each measure a group of columns, one a reading: a point for each seed, a bar at their
    median."""
    readings = list(dict.fromkeys(runs["reading"].tolist()))
    width = 0.8 / len(readings)
    for i, measure in enumerate(measures):
        for j, reading in enumerate(readings):
            colour, marker, _ = LOOKS[reading]
            numbers = runs[measure][runs["reading"] == reading]
            numbers = np.sort(numbers[~np.isnan(numbers)])
            if not numbers.size:
                continue
            x = i + (j - (len(readings) - 1) / 2) * width
            spread = x + width * 0.7 * (np.arange(numbers.size) / max(1, numbers.size - 1) - 0.5)
            face: dict[str, Any] = {"markersize": 3.2, "markerfacecolor": "none", "alpha": 0.8}
            axes.plot(spread, numbers, marker, color=colour, **face)
            ends = [x - width * 0.4, x + width * 0.4]
            axes.plot(ends, [np.median(numbers)] * 2, color="black", linewidth=2, zorder=3)
    axes.set_xticks(range(len(measures)), list(measures.values()), fontsize=8)
    axes.grid(axis="y", alpha=0.3)


def _ends(axes: Axes, histogram: Table) -> None:
    ends = [float(np.log(J / (1 - J))) for J in BAND]
    axes.axvspan(ends[0], ends[1], color="0.88", label="0.2 ≤ J ≤ 0.8")
    for reading in dict.fromkeys(histogram["reading"].tolist()):
        colour, marker, style = LOOKS[reading]
        mine = histogram["reading"] == reading
        x, share = histogram["low"][mine] + 0.5, histogram["share"][mine]
        look: dict[str, Any] = {"marker": marker, "markersize": 4, "markerfacecolor": "white"}
        label = reading.replace("_", " ")
        axes.plot(x, share, color=colour, linestyle=style, linewidth=1.3, label=label, **look)
    axes.set(xlabel="log odds of J at the end", ylabel="share of contexts per unit", xlim=(-20, 15))
    axes.legend(fontsize=8, frameon=False, loc="upper left")
