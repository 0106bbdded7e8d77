"""One picture for each of the first chapters of proofs_notes/chapters: `gradgap figures`.

Bounds come from the statements; policies have two or three responses, and their curves are exact
formulas. Nothing is random, so a picture changes only when a statement or this file does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from numeric.core.record import as_image
from numeric.experiments.worst_case.program import Update, closed_form
from numeric.experiments.worst_case.worst_case import proved_range, safe_step
from theory.evaluate import comparisons, evaluate
from theory.kernel.statement import Statement
from theory.statements import (
    constant_rate,
    eta_safe,
    hoeffding_lemma,
    jensen_exp,
    lemma_1,
    lemma_1_sharp,
    multi_prompt,
    sharp_step,
)
from theory.statements._trajectory import ADAPTED, ADAPTED_SHARP, M, logistic_curve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curve = NDArray[np.float64]

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
"""Told apart by all eyes; in grey the line styles do it."""


def canvas(columns: int = 1) -> Figure:
    """An empty figure for a slide, wider than high."""
    from matplotlib.figure import Figure

    return Figure(figsize=(8.4, 4.4) if columns == 1 else (10, 4.4), layout="constrained")


def curve(function: Callable[[float], float], x: Curve) -> Curve:
    """The values of ``function`` at the points x, shape (n,)."""
    return np.array([function(float(one)) for one in x])


def sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


# -- setting ---------------------------------------------------------------------------------------


def setting() -> Figure:
    """Left: exp between a tangent and a chord. Right: what that leaves of E[e^X] at each mean."""
    G, m = 1.5, 0.4
    figure = canvas(2)
    left, right = figure.subplots(1, 2)
    x = np.linspace(-G, G, 121)
    left.plot(x, chord(x, G), color=VERMILION, linestyle="--", label="chord over [-G, G]")
    left.plot(x, np.exp(x), color="black", label="exp")
    left.plot(x, np.exp(m) * (1 + x - m), color=BLUE, linestyle="-.", label="tangent at m")
    left.plot([m, m], [np.exp(m), chord(m, G)], color=GREEN, linewidth=3, label="E[exp(X)] is here")
    left.set(
        xlabel="value x of X", ylabel="exp(x)", ylim=(-0.4, 4.8), title="where E[exp X] can be"
    )
    mean = np.linspace(-G, G, 121)
    bound = curve(lambda m: hoeffding_bound(m, G), mean)
    right.fill_between(mean, curve(jensen_bound, mean), chord(mean, G), color=GREEN, alpha=0.2)
    right.plot(mean, bound, color=PURPLE, linestyle=":", linewidth=2.5, label="Hoeffding's lemma")
    right.plot(mean, chord(mean, G), color=VERMILION, linestyle="--", label="chord")
    right.plot(mean, curve(jensen_bound, mean), color=BLUE, linestyle="-.", label="Jensen")
    right.set(xlabel="mean m of X", ylabel="E[exp X]", yscale="log", title="at each mean, G = 1.5")
    for axes in (left, right):
        axes.legend(frameon=False, loc="upper left")
        axes.grid(alpha=0.3)
    return figure


def chord(x: Curve | float, G: float) -> Curve:
    """The chord of exp from (-G, e^-G) to (G, e^G), at x."""
    return np.asarray(np.cosh(G) + np.asarray(x) * np.sinh(G) / G)


def jensen_bound(mean: float) -> float:
    return float(evaluate(jensen_exp.STATEMENT.conclusion.args[0], {"mean": mean}))


def hoeffding_bound(mean: float, G: float) -> float:
    """At u = 1."""
    values = {"mean": mean, "G": G, "u": 1.0}
    return float(evaluate(hoeffding_lemma.STATEMENT.conclusion.args[1], values))


# -- one_step --------------------------------------------------------------------------------------

BOUNDS: Sequence[tuple[Statement, str, str, str]] = (
    (sharp_step.STATEMENT, "sharp_step", VERMILION, "-"),
    (lemma_1_sharp.STATEMENT, "lemma_1_sharp", BLUE, "--"),
    (lemma_1.STATEMENT, "lemma_1, up to its η ≤ 1/(2√L)", PURPLE, ":"),
)


def one_step() -> Figure:
    """The change of log odds that each inequality leaves, and the exact range of one update."""
    figure = canvas()
    axes = figure.add_subplot()
    eta = np.linspace(0, 1.2, 97)[1:]
    updates = [at_tenth(float(one)) for one in eta]
    least, greatest = (
        [float(closed_form(update, end)[0]) for update in updates] for end in (False, True)
    )
    axes.fill_between(
        eta, least, greatest, color="black", alpha=0.15, label="possible in an update"
    )
    for statement, name, colour, style in BOUNDS:
        ends = [proved_range(statement, update) or (np.nan, np.nan) for update in updates]
        look: dict[str, Any] = {"color": colour, "linestyle": style, "linewidth": 2}
        axes.plot(eta, [low for low, _ in ends], label=name, **look)
        axes.plot(eta, [high for _, high in ends], **look)
    axes.plot(
        eta, [float(u.gap * u.eta) for u in updates], color="black", label="Δμ η, first order"
    )
    axes.axhline(0, color="black", linewidth=0.6)
    title = "J = 0.1, Δμ = 0.5, L = G = 1"
    axes.set(xlabel="step size η", ylabel="change of log odds", ylim=(-1, 1.8), title=title)
    axes.legend(frameon=False, loc="upper left")
    return figure


def at_tenth(eta: float) -> Update:
    """One update at J = 1/10, gap 1/2, L = G = 1."""
    return Update(
        Fraction(1, 10), Fraction(9, 10), Fraction(1, 2), Fraction(1), Fraction(1), Fraction(eta)
    )


# -- expansion -------------------------------------------------------------------------------------


def expansion() -> Figure:
    """The change of log odds for three arms, and its expansions: gap 1/2, Var+ = 0, Var- = 1."""
    figure = canvas()
    axes = figure.add_subplot()
    eta = np.linspace(0, 1.2, 121)
    lines = (
        (three_arms(eta), "exact: η/2 - log cosh η", "black", "-"),
        (eta / 2, "first order: η/2", GREEN, "-."),
        (eta / 2 - eta**2 / 2, "corrected (17): η/2 - η²/2", BLUE, "--"),
        (eta / 2 - eta**2, "printed (17): η/2 - η²", VERMILION, ":"),
    )
    for values, label, colour, style in lines:
        axes.plot(eta, values, color=colour, linestyle=style, linewidth=2, label=label)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(2 / 3, color="black", linewidth=0.6, linestyle=(0, (2, 3)))
    axes.annotate("η = 2/3", (2 / 3, -0.53), textcoords="offset points", xytext=(5, 0))
    axes.set(xlabel="step size η", ylabel="change of log odds", ylim=(-0.6, 0.6))
    axes.set_title("three arms: Δμ = 1/2, Var⁺ = 0, Var⁻ = 1, equal Hessian terms")
    axes.legend(frameon=False, loc="upper left")
    return figure


def three_arms(eta: Curve) -> Curve:
    """The change of log odds for arms of probability 1/2, 1/4, 1/4 with logits that rise at 1/2, 1,
    -1, of which the first is correct."""
    return np.asarray(eta / 2 - np.log(np.cosh(eta)))


# -- safe_step -------------------------------------------------------------------------------------


def safe() -> Figure:
    """The three branches of eta_safe, condition (15a), and the exact safe step of one update."""
    figure = canvas()
    axes = figure.add_subplot()
    log_odds = np.linspace(-6.9, 6.9, 139)
    J = curve(sigmoid, log_odds)
    values = [{"J": float(p), "F": sigmoid(-f), "gap": 1.0, "L": 1.0, "G": 1.0}
              for p, f in zip(J, log_odds, strict=True)]  # fmt: skip
    whole = [evaluate(eta_safe.SAFE_STEP, v) for v in values]
    axes.plot(J, whole, color=BLUE, linewidth=5, alpha=0.35, label="eta_safe, the largest branch")
    branches = (
        (eta_safe.branch_failure, "2(1-J) Δμ/L", VERMILION, "-"),
        (eta_safe.branch_both, "Δμ/(L + G²/2)", GREEN, "--"),
        (eta_safe.branch_success, "2J Δμ/(L + G²)", PURPLE, "-."),
    )
    for term, label, colour, style in branches:
        axes.plot(
            J, [evaluate(term, v) for v in values], color=colour, linestyle=style, label=label
        )
    gap = Fraction(1)
    one = [Update(Fraction(p), 1 - Fraction(p), gap, Fraction(1), Fraction(1), gap) for p in J]
    exact = [safe_step(update) / float(gap) for update in one]
    axes.plot(J, exact, color="black", linestyle=":", linewidth=2, label="exact, one update")
    axes.axhline(printed_condition(1.0, 1.0), color="black", linewidth=1, label="condition (15a)")
    axes.set_xscale("logit")
    axes.set(xlabel="success rate J", ylabel="safe step, units of Δμ/L", yscale="log")
    axes.set(ylim=(0.01, 4), title="G² = L; for the exact curve Δμ = √L")
    figure.legend(frameon=False, loc="outside right upper")
    return figure


def printed_condition(L: float, G: float) -> float:
    """The right side of (15a) at gap 1."""
    right = ADAPTED.formula.args[1].args[1]
    return float(evaluate(right, {"k": 0, "gap": lambda k: 1.0, "L": L, "G": G}))


# -- convergence -----------------------------------------------------------------------------------

Rule = Callable[[float], float]
"""From 1 - J to the step size."""


def convergence() -> Figure:
    """pi(correct) = sigmoid(theta) from J = 1/100: gap 1, L = 1/4, G = 1. Two rules for the step,
    each with its curve (15b)."""
    figure = canvas(2)
    left, right = figure.subplots(1, 2, sharex=True)
    runs = (
        ("sharp: η = (1-J) Δμ/L", sharp_rule, BLUE, "o", "-"),
        ("(15a): η = Δμ/(2(L + 8G²))", printed_rule, VERMILION, "s", "--"),
    )
    k = np.arange(301)
    marks = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    for label, rule, colour, marker, style in runs:
        log_odds, steps = logistic_run(0.01, rule, len(k))
        look = {"color": colour, "linestyle": style, "marker": marker, "markevery": marks}
        left.plot(k, curve(sigmoid, log_odds), label=f"J(k), {label}", **look)
        below = curve(lambda M: logistic_bound(0.01, M), np.cumsum(steps) - steps)
        look["markerfacecolor"] = "white"
        left.plot(k, below, label="its lower bound (15b)", alpha=0.6, **look)
        right.plot(k, steps, label=label, **look)
    left.set(xlabel="update k", ylabel="success rate J(k)", ylim=(-0.02, 1.02))
    right.set(xlabel="update k", ylabel="step size η", yscale="log", ylim=(0.005, 6))
    left.set_xscale("symlog", linthresh=2)
    left.set_xlim(0, 300)
    figure.legend(
        *left.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False
    )
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xticks([0, 1, 2, 5, 10, 20, 50, 100, 300], [0, 1, 2, 5, 10, 20, 50, 100, 300])
    return figure


def logistic_run(success_rate: float, rule: Rule, updates: int) -> tuple[Curve, Curve]:
    """Log odds before each update, and the step sizes; theta is the log odds, and the gap is 1."""
    log_odds, steps = [float(np.log(success_rate / (1 - success_rate)))], []
    for _ in range(updates):
        steps.append(rule(sigmoid(-log_odds[-1])))
        log_odds.append(log_odds[-1] + steps[-1])
    return np.array(log_odds[:-1]), np.array(steps)


def sharp_rule(failure: float) -> float:
    """The largest step of theorem_1b_sharp for sigmoid(theta)."""
    values = {"k": 0, "gap": lambda k: 1.0, "F": lambda k: failure, "L": 0.25}
    return float(evaluate(ADAPTED_SHARP.formula.args[1].args[1], values))


def printed_rule(failure: float) -> float:
    """The largest step of (15a) for sigmoid(theta)."""
    return printed_condition(0.25, 1.0)


def logistic_bound(success_rate: float, cumulative: float) -> float:
    """The right side of (15b)."""
    values = {"J": lambda k: success_rate, "F": lambda k: 1 - success_rate}
    return float(evaluate(logistic_curve(M(0)), {**values, "M": lambda k: cumulative}))


# -- several_prompts -------------------------------------------------------------------------------


def several_prompts() -> Figure:
    """Left: two prompts that pull theta apart, J = sigmoid(theta) and sigmoid(-theta/2), theta(0) =
    -2, equal weights: the objective and its bound. Right: one learning rate at every J."""
    figure = canvas(2)
    left, right = figure.subplots(1, 2)
    eta = np.linspace(0, 5, 101)
    rates = (lambda t: sigmoid(t - 2), lambda t: sigmoid(1 - t / 2))
    logs = [np.log(curve(rate, eta)) for rate in rates]
    left.plot(eta, logs[0], color=GREEN, linestyle="--", label="log J of prompt 1")
    left.plot(eta, logs[1], color=PURPLE, linestyle="-.", label="log J of prompt 2")
    left.plot(eta, sum(logs), color="black", linewidth=2, label="objective, their sum")
    left.plot(eta, two_prompt_bound(eta), color=BLUE, linestyle=":", linewidth=2.5, label="bound")
    left.set(xlabel="step size η", ylabel="log success rate", ylim=(-3.4, 1.2))
    share = np.linspace(0, 3, 121)
    looks = ((0.01, "-"), (0.5, "--"), (0.9, "-."), (0.99, (0, (1, 1))))
    for J, style in looks:
        right.plot(
            share, relative_gain(J, share), color=VERMILION, linestyle=style, label=f"J = {J}"
        )
    promised = curve(promised_gain, share)
    right.plot(share[share <= 2], promised[share <= 2], color=BLUE, linewidth=2.5, label="promised")
    right.axhline(0, color="black", linewidth=0.6)
    right.set(xlabel="learning rate α, units of 1/L", ylabel="gain of log J, units of |g⁺|²/L")
    right.set(ylim=(-0.3, 3.6))
    for axes in (left, right):
        axes.legend(frameon=False, loc="upper left", fontsize=9)
        axes.grid(alpha=0.3)
    return figure


def two_prompt_bound(eta: Curve) -> Curve:
    """The left side of multi_prompt; scores are 1 - J of prompt 1, -(1 - J)/2 of prompt 2."""
    values = {
        "A": 2.0,
        "L": 0.25,
        "objective": float(np.log(sigmoid(-2)) + np.log(sigmoid(1))),
        "slope": sigmoid(2) - sigmoid(-1) / 2,
    }
    left = multi_prompt.STATEMENT.conclusion.args[1].args[0]
    return curve(lambda one: float(evaluate(left, {**values, "eta": one})), eta)


def relative_gain(J: float, share: Curve) -> Curve:
    """Of log J under theta' = theta + alpha g+, for J = sigmoid(theta): g+ = 1 - J, L = 1/4."""
    L, failure, log_odds = 0.25, 1 - J, float(np.log(J / (1 - J)))
    after = np.array([arb(log_odds + float(x) / L * failure) for x in share], dtype=object)
    gain = [float((1 / (1 + (-one).exp())).log() - arb(J).log()) for one in after]
    return np.array(gain) * L / failure**2


def promised_gain(share: float) -> float:
    """The left side of constant_rate at L = 1 and |g+| = 1."""
    values = {"alpha": share, "L": 1.0, "norm2": 1.0, "J": 0.5, "J_next": 0.5}
    return float(comparisons(constant_rate.STATEMENT.conclusion, values)[0].left)


# -- files -----------------------------------------------------------------------------------------

PICTURES: Mapping[str, Callable[[], Figure]] = {
    "setting": setting,
    "expansion": expansion,
    "one_step": one_step,
    "safe_step": safe,
    "convergence": convergence,
    "several_prompts": several_prompts,
}
"""By chapter."""


def draw(kind: str = "png") -> dict[str, bytes]:
    """Every picture as the bytes of a png, pdf or svg file, by file name.

    ValueError: another kind."""
    return {f"{name}.{kind}": as_image(picture(), kind) for name, picture in PICTURES.items()}
