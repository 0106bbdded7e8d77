"""Pictures of the course notes, second half: response trees to overshooting, and the questions.

Each function makes one figure. Constants come from statements, curves from exact policies or closed
forms; nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric.core.policies import LogLinear, NonlinearLogits, Policy
from numeric.core.record import as_image
from numeric.core.trees import Autoregressive
from numeric.course.group_pictures import groups
from numeric.course.token_curves import (
    EXAMPLE,
    RATE,
    TILT,
    TOKENS,
    cumulative_gap,
    early_stop,
    frontier_sums,
    grown,
    length_steps,
    printed_step,
    safe_step,
    sharp_step,
    step_ratios,
    tabular_path,
    turned,
)
from numeric.experiments.collapse.constructions import theorem_2
from theory.evaluate import evaluate
from theory.statements import _collapse as wave
from theory.statements import fixed_direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY = "#E69F00", "#56B4E9"
DASHED, DOTTED, DASH_DOT = (0, (5, 2)), (0, (1, 1.6)), (0, (6, 2, 1, 2))


def draw(kind: str = "png") -> dict[str, bytes]:
    """Every picture, by the name of its chapter's file. ValueError: a kind that is not png, pdf or
    svg."""
    return {f"{name}.{kind}": as_image(make(), kind) for name, make in PICTURES.items()}


def _panels(*titles: str, mosaic: str = "") -> tuple[Figure, list[Axes]]:
    """Panels side by side, or as a mosaic of two columns."""
    from matplotlib.figure import Figure

    rows = 1 + mosaic.count(";")
    width = 9.6 if mosaic else 5.2 * len(titles)
    figure = Figure(figsize=(width, 4.1 * rows), layout="constrained")
    axes = list(figure.subplot_mosaic(mosaic or "ABC"[: len(titles)]).values())
    for one, title in zip(axes, titles, strict=True):
        one.set_title(title, fontsize=11)
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


# -- response trees --------------------------------------------------------------------------------


def response_trees() -> Figure:
    """Left: a tree of prefixes, with probabilities and scores. Right: three sums over the frontier
    of a deeper tree, one constant, one rising, one falling."""
    figure, (left, right) = _panels(
        "A response tree: probability and score of each prefix",
        "Sums over the frontier after n tokens",
    )
    _draw_tree(left, grown(2))
    depths, sums = np.arange(9), frontier_sums(grown(8), 8, TILT)
    looks = {
        "π(p) exp(u S)": (VERMILION, "s", "-"),
        "π(p)": ("black", "o", DASHED),
        "π(p) exp(u S - u²G²|p|/2)": (BLUE, "^", "-"),
    }
    for name, (colour, marker, line) in looks.items():
        right.plot(depths, sums[name], color=colour, marker=marker, linestyle=line, label=name)
    right.set(xlabel="tokens written, n", ylabel="sum over the frontier, log scale")
    right.set(yscale="log", xticks=depths, ylim=(0.25, 20))
    right.set_yticks([0.3, 0.5, 1, 2, 4], ["0.3", "0.5", "1", "2", "4"])
    right.set_yticks([], minor=True)
    right.legend(frameon=False, loc="upper left", title=f"u = {TILT:g}")
    return figure


def _draw_tree(axes: Axes, policy: Autoregressive) -> None:
    theta, w = np.zeros(1), np.ones(1)
    tree = policy.tree
    pi, score = np.exp(policy.prefix_log_probs(theta)), policy.prefix_scores(theta, w)
    leaves = sorted(tree.responses, key=lambda i: (*tree.prefixes[i],))
    height = {i: -float(row) for row, i in enumerate(leaves)}
    for i in tree.open_prefixes[::-1]:
        height[i] = float(np.mean([height[c] for c in tree.extend[i]]))
    for i in tree.open_prefixes:
        for token, c in enumerate(tree.extend[i]):
            x = len(tree.prefixes[i])
            axes.plot([x, x + 1], [height[i], height[c]], color="0.6", linewidth=1, zorder=1)
            middle = x + 0.55, height[i] + 0.55 * (height[c] - height[i])
            axes.annotate(
                TOKENS[token], middle, ha="center", va="center", fontsize=9, backgroundcolor="white"
            )
    for i, prefix in enumerate(tree.prefixes):
        ended = i in height and i in tree.responses
        colour, marker = (BLUE, "s") if ended else (ORANGE, "o")
        axes.plot(len(prefix), height[i], marker, color=colour, markersize=9, zorder=2)
        label = f"π = {pi[i]:.2g}, S = {score[i] + 0.0:.2f}"
        place: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9}
        box = {**place, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1}}
        if ended:
            axes.annotate(label, (len(prefix), height[i]), xytext=(10, -3), **place)
        else:
            axes.annotate(label, (len(prefix), height[i]), xytext=(-10, 13), ha="center", **box)
    axes.set(xlim=(-0.45, 3.1), xticks=range(3), yticks=[], xlabel="tokens written")
    axes.plot([], [], "o", color=ORANGE, label="open prefix: a node")
    axes.plot([], [], "s", color=BLUE, label="complete prefix: a response")
    axes.legend(frameon=False, loc="lower left", fontsize=9)
    axes.spines["left"].set_visible(False)


# -- the token level -------------------------------------------------------------------------------


def token_level() -> Figure:
    """Left: step sizes as J tends to 1. Right: the change of log odds of a policy that succeeds if
    it stops early, between the bounds by mean lengths."""
    figure, (left, right) = _panels(
        "Step sizes as J tends to 1", "One update: short answers are correct"
    )
    failure = np.logspace(0, -7, 400)[1:]
    lines = {
        "token_eta_safe: J rises below": (safe_step, BLUE, "-"),
        "theorem_3_sharp: (18b) holds up to": (sharp_step, GREEN, DASHED),
        "(18a) as printed: (18b) holds up to": (printed_step, VERMILION, DASH_DOT),
    }
    for name, (step, colour, line) in lines.items():
        values = [step({**EXAMPLE, "J": 1 - f, "F": f}) for f in failure.tolist()]
        left.plot(failure, values, color=colour, linestyle=line, linewidth=2, label=name)
    left.set(xscale="log", yscale="log", xlim=(1, 1e-7), ylim=(1e-8, 0.1))
    left.set(xlabel="failure rate 1 - J", ylabel="step size η")
    left.legend(frameon=False, loc="lower left", fontsize=9)

    step_sizes = np.linspace(0, 1.2, 121)
    found = early_stop(step_sizes)
    right.fill_between(step_sizes, found["low"], found["high"], color=SKY, alpha=0.35, linewidth=0)
    right.plot(step_sizes, found["low"], color=BLUE, label="token_sharp_step, E⁺[len] and E⁻[len]")
    right.plot(step_sizes, found["high"], color=BLUE)
    right.plot(
        step_sizes,
        found["longest"],
        color=VERMILION,
        linestyle=DASH_DOT,
        label="the lower bound with T∞ for E⁺[len]",
    )
    right.plot(
        step_sizes, found["change"], "k", marker="o", markevery=12, markersize=4, label="measured"
    )
    right.set(xlabel="step size η", ylabel="change of log odds - Δμ η", ylim=(-1.2, 1.9))
    right.legend(frameon=False, loc="upper left", fontsize=9)
    return figure


# -- GRPO ------------------------------------------------------------------------------------------


def grpo() -> Figure:
    """Left: steps of GRPO and Dr. GRPO over the allowed step. Right: the GRPO gradient of three
    responses as the correct ones differ more in length."""
    figure, (left, right) = _panels(
        f"Step over allowed step, α = {RATE:g}", "When 1/|o| turns the gradient round"
    )
    failure = np.logspace(0, -9, 500)[1:]
    ratios = step_ratios(failure)
    looks = {
        "GRPO over (21)": (ORANGE, DASHED),
        "GRPO over (18a)": (VERMILION, "-"),
        "Dr. GRPO over (18a)": (BLUE, DASH_DOT),
    }
    for name, (colour, line) in looks.items():
        left.plot(failure, ratios[name], color=colour, linestyle=line, linewidth=2, label=name)
    left.axhline(1, color="black", linewidth=0.8)
    crossing = EXAMPLE["T_psi"] / (8 * EXAMPLE["T"] ** 2)
    left.axvline(crossing, ymax=0.72, color="0.5", linestyle=DOTTED)
    left.annotate(
        r"$1-J = T_\psi/(8T_\infty^2)$",
        (1.3 * crossing, 1.6e-4),
        fontsize=10,
        rotation=90,
        ha="right",
    )
    left.set(xscale="log", yscale="log", xlim=(1, 1e-9), ylim=(1e-4, 1e3))
    left.set(xlabel="failure rate 1 - J", ylabel="ratio of step sizes")
    left.legend(frameon=False, loc="upper left", fontsize=9)

    lengths = np.arange(1, 17)
    parts = turned(lengths)
    names = {
        "gap": ("gap term", BLUE, "^", DASHED),
        "covariance": ("covariance term", ORANGE, "s", DASHED),
        "grpo": ("w · g_GRPO", "black", "o", "-"),
    }
    for key, (label, colour, marker, line) in names.items():
        right.plot(
            lengths,
            parts[key],
            color=colour,
            marker=marker,
            markersize=5,
            linestyle=line,
            label=label,
        )
    right.axhline(0, color="black", linewidth=0.8)
    right.set(xlabel="tokens of the long correct response and of the wrong one")
    right.set(ylabel="along the gap", xticks=[1, 4, 8, 12, 16])
    right.legend(frameon=False, loc="upper right", fontsize=9)
    return figure


# -- overshooting ----------------------------------------------------------------------------------


def overshooting() -> Figure:
    """The landscape of Theorem 2, the worst slope along a fixed direction, and the step sizes of
    Theorems 3 and 4 against the length."""
    figure, (first, second, third) = _panels(
        "Theorem 2: uphill at every iterate, and down",
        "The worst slope along one step",
        "Theorems 3 and 4: all scale like 1/T",
        mosaic="AA;BC",
    )
    _draw_wave(first)
    _draw_worst_slope(second)
    _draw_lengths(third)
    return figure


def _draw_wave(axes: Axes) -> None:
    """f of `theorem_2` for a step of 12 gap/L, where its shape can be seen."""
    values = {"J0": 0.5, "gap": 1.0, "L": 1.0, "G": 1.0, "eta": 12.0}
    at = [{**values, "x": float(x)} for x in np.linspace(0, 4.15 * values["eta"], 700)]
    axes.plot([v["x"] / 12 for v in at], [evaluate(wave.ODDS, v) for v in at], color=BLUE)
    for k in range(5):
        here = {**values, "x": 12.0 * k}
        f, slope = evaluate(wave.ODDS, here), evaluate(wave.SLOPE, here)
        ends = np.array([-2.0, 2.0])
        axes.plot(k + ends / 12, f + slope * ends, color=VERMILION, linewidth=2.5, zorder=3)
        axes.plot(k, f, "o", color="black", zorder=4)
    axes.plot([], [], color=VERMILION, linewidth=2.5, label="slope Δμ at each iterate")
    axes.plot([], [], "o", color="black", label="θ(k) = k η, η = 12 Δμ/L")
    axes.set(xlabel="θ / η", ylabel="log odds of success")
    axes.legend(frameon=False, loc="lower left", fontsize=9)


def _draw_worst_slope(axes: Axes) -> None:
    looks = {1.0: (BLUE, "-"), 2.0: (VERMILION, DASHED)}
    for U, (colour, line) in looks.items():
        eta = 2 * (1 + 1 / U)
        t = np.linspace(0, eta, 401)
        slope = np.maximum(1 - t, 1 - U * (eta - t))
        price = evaluate(fixed_direction.loss(2), {"L": 1.0, "U": U, "eta": eta})
        label = f"U/L = {U:g}, η = {eta:g} Δμ/L: gain {eta - price:.3g}"
        axes.plot(t, slope, color=colour, linestyle=line, linewidth=2, label=label)
        axes.fill_between(t, slope, color=colour, alpha=0.15, linewidth=0)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel="distance along the step, in Δμ/L", ylabel="slope of the log odds, in Δμ")
    axes.set(ylim=(-1.25, 1.7))
    axes.legend(frameon=False, loc="upper center", fontsize=9)


def _draw_lengths(axes: Axes) -> None:
    lengths = np.unique(np.round(np.logspace(0, 2.3, 40)).astype(int))
    steps = length_steps(lengths)
    looks = {
        "Theorem 4, least printed step": (VERMILION, "s", "-"),
        "triangle wave collapses above": (ORANGE, "^", DASHED),
        "J rises below (token_eta_safe)": (BLUE, "o", "-"),
        "(18a), first branch": (GREEN, "v", DASH_DOT),
    }
    for name, (colour, marker, line) in looks.items():
        axes.plot(
            lengths,
            steps[name],
            color=colour,
            marker=marker,
            markevery=5,
            linestyle=line,
            label=name,
        )
    axes.set(xscale="log", yscale="log", xlabel="tokens T", ylabel="step size η, in Δμ/L")
    axes.legend(frameon=False, loc="lower left", fontsize=9)


# -- the questions ---------------------------------------------------------------------------------


def questions() -> Figure:
    """Left: tabular logits rise at every rate, the landscape of Theorem 2 does not. Right: the
    cumulative gap diverges, or the success rate has a ceiling."""
    figure, (left, right) = _panels(
        "The same start, J(0) = 1/2", "M(k) diverges, or J has a ceiling"
    )
    looks = {1.0: (GREEN, "v"), 10.0: (SKY, "^"), 100.0: (BLUE, "o")}
    for rate, (colour, marker) in looks.items():
        path = tabular_path(rate, 2000)
        k = np.arange(1, len(path) + 1)
        label = f"tabular logits, exact gradient, α = {rate:g}"
        left.plot(k, path, color=colour, marker=marker, markevery=_log_marks(len(k)), label=label)
    instance = theorem_2("1/2", "1/100", 1, "3/10")
    odds = np.array([float(instance.closed_form(k)) for k in range(2000)])
    fallen = 1 / (1 + np.exp(-odds))
    k = np.arange(1, len(odds) + 1)
    left.plot(
        k,
        fallen,
        color=VERMILION,
        linestyle=DASHED,
        marker="s",
        markevery=_log_marks(len(k)),
        label="Theorem 2, η = 30 Δμ/L",
    )
    left.set(xscale="log", xlabel="k + 1", ylabel="success rate J(k)", ylim=(-0.03, 1.55))
    left.set(yticks=[0, 0.25, 0.5, 0.75, 1])
    left.legend(frameon=False, loc="upper left", fontsize=9)

    line = LogLinear(np.array([[1.0], [0.0]]), np.zeros(2))
    ceiling = NonlinearLogits(np.array([[1.0], [0.0]]), np.array([[1.0]]), np.zeros(2))
    runs: dict[str, tuple[Policy, str, str]] = {
        "log odds θ": (line, BLUE, "o"),
        "log odds tanh θ": (ceiling, VERMILION, "s"),
    }
    for name, (policy, colour, marker) in runs.items():
        cumulative = cumulative_gap(policy, 3000)
        k = np.arange(1, len(cumulative) + 1)
        right.plot(
            k, cumulative, color=colour, marker=marker, markevery=_log_marks(len(k)), label=name
        )
    right.axhline(2, color="black", linestyle=DOTTED, label="2 (sup tanh - tanh 0)")
    right.set(xscale="log", xlabel="updates k", ylabel="cumulative gap M(k)", ylim=(0, 12))
    right.legend(frameon=False, loc="upper left", fontsize=9)
    return figure


def _log_marks(count: int) -> list[int]:
    """Indices to mark on a logarithmic axis."""
    return sorted({round(10**x) - 1 for x in np.arange(0, np.log10(count), 0.4).tolist()})


PICTURES: Mapping[str, Callable[[], Figure]] = {
    "response_trees": response_trees,
    "token_level": token_level,
    "grpo": grpo,
    "groups": groups,
    "overshooting": overshooting,
    "questions": questions,
}
