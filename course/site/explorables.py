"""The pages to play with: what their sliders are, which functions they show, and what they say.

A function of a page is a Python function of the project, or a term of a statement, written as
JavaScript by ``course.site.trace``. Nothing here knows a formula of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from course.site import helix
from course.site.trace import TRACED, Results, Traced, function
from numeric.experiments.two_stage.two_stage import GRADED
from numeric.experiments.worst_case.program import Update, change_of, least_growths
from numeric.experiments.worst_case.worst_case import smoothnesses
from theory.evaluate import evaluate
from theory.kernel.terms import Term
from theory.statements import (
    eta_safe,
    expansion,
    expansion_printed,
    fixed_step_floor,
    lemma_1,
    lemma_1_sharp,
    log_success_step,
    sharp_step,
)
from theory.statements._common import CHANGE, GAP
from theory.statements._softmax import PROBABILITY, UPDATE, VALUE

# -- what a page is --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that the reader sets; a ``log`` one moves by factors, its limits are exponents."""

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A function along one of its arguments. ``lines``: by label, which results are drawn; a label
    in ``where`` only as far as that result is not negative. ``band``: between two results."""

    function: str
    over: str
    low: float
    high: float
    lines: Mapping[str, Sequence[str]]
    points: int = 121
    where: Mapping[str, str] = field(default_factory=dict)
    band: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A function applied to its own results, from those of the function ``begins``; over the number
    of applications, or over the result ``over``. Its last results are known as last_<name>, and
    first_<name> is the first step at which a result of ``events`` is positive."""

    function: str
    begins: str
    steps: int
    lines: Mapping[str, Sequence[str]]
    over: str | None = None
    events: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture. ``at`` names the number at which a vertical line stands; ``stroke`` is the width
    of a line."""

    draws: Sequence[Curve | Run]
    x: str
    y: str
    x_scale: Mapping[str, Any] = field(default_factory=dict)
    y_scale: Mapping[str, Any] = field(default_factory=dict)
    at: str | None = None
    stroke: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorable:
    """``functions``: by name, the arguments and what is traced. ``says``: a sentence and the number
    that must be positive for it (None: always); the first that fits is said. Its numbers are the
    sliders, the results of the function "says", and what runs leave."""

    sliders: Sequence[Slider]
    functions: Mapping[str, tuple[Sequence[str], Callable[..., Results]]]
    charts: Sequence[Chart]
    says: Sequence[tuple[str | None, str]]


def value(term: Term, **values: Any) -> Any:
    return evaluate(term, values, TRACED)


def largest(first: Any, *others: Any) -> Any:
    return reduce(lambda a, b: a.max(b), others, first)


# -- one step --------------------------------------------------------------------------------------

CONSTANTS = ("J", "gap", "L", "G", "eta")
J_SLIDER = Slider("J", "J, success rate", 0.01, 0.99, 0.01, 0.1)
GAP_SLIDER = Slider("gap", "Δμ, gap", 0, 1.5, 0.05, 0.5)
L_SLIDER = Slider("L", "L, curvature", 0.1, 3, 0.1, 1)
G_SLIDER = Slider("G", "G, bound of the score", 0.1, 2, 0.1, 1)
ETA_SLIDER = Slider("eta", "η, length of the step", 0.02, 2, 0.02, 1)


def ranges(J: Any, gap: Any, L: Any, G: Any, eta: Any) -> Results:
    """The changes of log odds that are possible, and those that each claim leaves."""
    update = Update(J, 1 - J, gap, L, G, eta)
    least, greatest = (
        change_of(one, largest(*least_growths(one))) for one in (update, update.mirrored())
    )
    values = {"J": J, "F": 1 - J, "gap": gap, "L": L, "G": G, "eta": eta}
    first = gap * eta
    lower, upper = sharp_step.STATEMENT.conclusion.args
    either, printed = (
        value(s.STATEMENT.conclusion.args[1], **values) for s in (lemma_1_sharp, lemma_1)
    )
    short = lemma_1.SHORT.formula.args[1]
    return {
        "least": least,
        "greatest": -greatest,
        "first": first,
        "sharp_low": first + value(lower.args[0], **values),
        "sharp_high": first + value(upper.args[1], **values),
        "either_low": first - either,
        "either_high": first + either,
        "printed_low": first - printed,
        "printed_high": first + printed,
        "short": value(short.args[1], **values) - value(short.args[0], **values),
    }


def one_step_says(J: Any, gap: Any, L: Any, G: Any, eta: Any) -> Results:
    """The range at this step, and by how much a number is out of its domain."""
    update = Update(J, 1 - J, gap, L, G, eta)
    mean = largest(*(abs(m) for m in update.means))
    needed = largest(J * (1 - J) * gap * gap, *smoothnesses(update))
    safe = value(eta_safe.SAFE_STEP, J=J, F=1 - J, gap=gap, L=L, G=G)
    found = ranges(J, gap, L, G, eta)
    return {
        **found,
        "safe": safe,
        "mean": mean,
        "needed": needed,
        "loud": mean - G,
        "straight": needed - L,
        "proved": safe - eta,
    }


ONE_STEP = Explorable(
    sliders=(J_SLIDER, GAP_SLIDER, L_SLIDER, G_SLIDER, ETA_SLIDER),
    functions={"ranges": (CONSTANTS, ranges), "says": (CONSTANTS, one_step_says)},
    charts=(
        Chart(
            draws=(
                Curve(
                    function="ranges",
                    over="eta",
                    low=0,
                    high=2,
                    lines={
                        "sharp_step": ("sharp_low", "sharp_high"),
                        "lemma_1_sharp": ("either_low", "either_high"),
                        "lemma_1, as printed": ("printed_low", "printed_high"),
                        "first order Δμ η": ("first",),
                    },
                    where={"lemma_1, as printed": "short"},
                    band=("least", "greatest"),
                ),
            ),
            x="length of the step η",
            y="change of log odds",
            x_scale={"domain": [0, 2]},
            y_scale={"domain": [-1.5, 2]},
            at="eta",
        ),
    ),
    says=(
        ("loud", "No policy has these numbers: some mean score is {mean}, and G is smaller."),
        ("straight", "No policy has these numbers: up to η = {eta} probability is conserved only if"
         " L is {needed} or more."),
        ("least", "At η = {eta} the log odds change by {least} at least and {greatest} at most."
         " sharp_step proves {sharp_low} to {sharp_high}. J rises in every update."),
        ("proved", "At η = {eta} the log odds change by {least} at least and {greatest} at most."
         " J rises in every update: η is below the proved safe step {safe}."),
        (None, "At η = {eta} the log odds change by {least} at least and {greatest} at most, so J"
         " can fall. Proved safe is every step below {safe}."),
    ),
)  # fmt: skip

# -- fixed steps: the floor, and above 2 gap/L -----------------------------------------------------


def worst_update(J: Any, units: Any, gain: Any) -> Results:
    """J after an update that gains no more than `log_success_step` proves. A gap of 1; the step is
    ``gain``, and is ``units`` in units of gap/L."""
    growth = log_success_step.STATEMENT.conclusion.args[0].args[0]
    gained = value(growth, J=J, F=1 - J, gap=1, eta=gain, L=units / gain)
    return {"J": J * gained.exp()}


def plateau(units: Any, gain: Any) -> Results:
    """The floor of `fixed_step_floor`, at which that update stands still."""
    floor = value(fixed_step_floor.FLOOR, eta=gain, L=units / gain, least_gap=1)
    return {"floor": floor, "gone": -floor}


FIXED_STEP = Explorable(
    sliders=(
        Slider("units", "step, in units of Δμ/L", 0.1, 4, 0.05, 1),
        Slider("gain", "η Δμ, first-order gain", 0.05, 1, 0.05, 0.3),
        Slider("start", "J(0)", 0.01, 0.95, 0.01, 0.1),
    ),
    functions={
        "begins": (("start",), lambda start: {"J": start}),
        "update": (("J", "units", "gain"), worst_update),
        "says": (("units", "gain"), plateau),
    },
    charts=(
        Chart(
            draws=(
                Run(function="update", begins="begins", steps=150, lines={"least J(k)": ("J",)}),
                Curve(function="says", over="k", low=0, high=150, points=2,
                      lines={"1 - ηL/(2Δμ)": ("floor",)}),
            ),
            x="update k",
            y="success rate",
            x_scale={"domain": [0, 150]},
            y_scale={"domain": [0, 1]},
        ),
    ),
    says=(
        ("gone", "At {units} Δμ/L there is no floor: J(k) can fall to 0, and is {last_J} here"
         " after 150 updates."),
        (None, "At {units} Δμ/L the floor is {floor}. After 150 updates the least J is {last_J}."),
    ),
)  # fmt: skip

# -- the helix: longer steps on one landscape ------------------------------------------------------

HELIX = Explorable(
    sliders=(
        Slider("share", "share of that step", 0.5, 1.02, 0.01, 1),
        Slider("beta", "β, half the turn of a step", 0.02, 0.5, 0.02, 0.2),
    ),
    functions={
        "begins": ((), helix.begin),
        "update": (
            ("p", "q", "z", "beta", "share"),
            lambda p, q, z, beta, share: helix.step(p, q, z, beta, share),
        ),
        "says": (("beta", "share"), lambda beta, share: helix.units(beta, share)),
    },
    charts=(
        Chart(
            draws=(
                Run(function="update", begins="begins", steps=100, over="p",
                    lines={"iterates, seen along the axis": ("q",)}),
            ),
            x="p",
            y="q",
            x_scale={"domain": [-1.4, 1.4]},
            y_scale={"domain": [-1.4, 1.4]},
            stroke=1,
        ),
        Chart(
            draws=(
                Run(function="update", begins="begins", steps=100,
                    lines={"log odds gained": ("f",)}),
            ),
            x="update k",
            y="log odds gained",
            x_scale={"domain": [0, 100]},
            y_scale={"domain": [-3, 3]},
        ),
    ),
    says=(
        (None, "A step of {units} Δμ/L, exactly along the gradient: after 100 updates the log odds"
         " have changed by {last_f}. {round} Δμ/L is the step that goes round for ever."),
    ),
)  # fmt: skip

# -- three arms ------------------------------------------------------------------------------------


def arms(p: Any, share: Any, a: Any, b: Any, c: Any, eta: Any) -> Results:
    """Three responses, the first one correct, with logits that rise at a, b and c."""
    start, slopes = (p, (1 - p) * share, (1 - p) * (1 - share)), (a, b, c)

    def weights(t: Any) -> list[Any]:
        return [
            s * (slope * t).exp() if isinstance(t, Traced) else s
            for s, slope in zip(start, slopes, strict=True)
        ]

    def mean(values: Sequence[Any], t: Any) -> Any:
        return sum(w * x for w, x in zip(weights(t), values, strict=True)) / sum(weights(t))

    def score(o: int, t: Any) -> Any:
        return slopes[o] - mean(slopes, t)

    values: dict[str, Any] = {
        "Response": range(3),
        "r": lambda o: int(o == 0),
        "logp": lambda o, t: (weights(t)[o] / sum(weights(t))).log(),
        "score": score,
        "bend": lambda o, t: -mean([score(j, t) * score(j, t) for j in range(3)], t),
        "eta": eta,
    }
    short = {str(n.symbol.data): value(n.body, **values) for n in expansion.NOTATION[1:]}  # type: ignore[union-attr]
    corrected = value(expansion.STATEMENT.conclusion.args[2].args[1], **short)
    printed = value(expansion_printed.STATEMENT.conclusion.args[1], **short)
    first = value(GAP.body, **values) * eta
    exact = value(CHANGE.body, **values)
    return {
        "exact": exact,
        "first": first,
        "corrected": first + corrected * eta * eta,
        "printed": first + printed * eta * eta,
        "after": values["logp"](0, eta).exp(),
        "apart": -exact * (first + printed * eta * eta),
    }


ARMS = ("p", "share", "a", "b", "c", "eta")
THREE_ARMS = Explorable(
    sliders=(
        Slider("eta", "η, length of the step", 0.02, 1.5, 0.02, 0.66),
        Slider("p", "probability of the correct arm", 0.02, 0.98, 0.02, 0.5),
        Slider("share", "share of the second arm", 0.02, 0.98, 0.02, 0.5),
        Slider("a", "slope of the correct logit", -1, 1, 0.1, 0.5),
        Slider("b", "slope of the second logit", -1, 1, 0.1, 1),
        Slider("c", "slope of the third logit", -1, 1, 0.1, -1),
    ),
    functions={"arms": (ARMS, arms), "says": (ARMS, arms)},
    charts=(
        Chart(
            draws=(
                Curve(function="arms", over="eta", low=0, high=1.5,
                      lines={"exact": ("exact",), "first order": ("first",),
                             "(17), corrected": ("corrected",), "(17), as printed": ("printed",)}),
            ),
            x="length of the step η",
            y="change of log odds",
            x_scale={"domain": [0, 1.5]},
            y_scale={"domain": [-0.8, 0.8]},
            at="eta",
        ),
    ),
    says=(
        ("apart", "At η = {eta} the log odds change by {exact}, and J becomes {after}. The printed"
         " (17) says {printed}: the wrong sign. The corrected one says {corrected}."),
        (None, "At η = {eta} the log odds change by {exact}, and J becomes {after}. The printed"
         " (17) says {printed}, the corrected one {corrected}."),
    ),
)  # fmt: skip

# -- two stages ------------------------------------------------------------------------------------


REWARDS = (GRADED.rewards[1], GRADED.rewards[2])  # of the other token and of the best one


def on_three(term: Term, z: Sequence[Any], good: Any, token: int | None = None) -> Any:
    """A term about the softmax of three logits: of the good token, another one, and the best."""
    rewards = (good, *map(int, REWARDS))
    logits, earned = (lambda o: z[o]), (lambda o: rewards[o])
    return value(term, Response=range(3), logit=logits, r=earned, o=token)


def shares(z: Sequence[Any], good: Any) -> Results:
    """Probabilities and mean reward."""
    mean = on_three(VALUE.body, z, good)
    p_good, p_other, p_best = (on_three(PROBABILITY.body, z, good, j) for j in range(3))
    found = {"p_good": p_good, "p_other": p_other, "p_best": p_best}
    return {"z": z, **found, "V": mean, "passed": mean - good}


def before(good: Any, best: Any) -> Results:
    """The good token and the other one share what the best leaves, as in the recorded bandit."""
    share = float(GRADED.start[0] / (GRADED.start[0] + GRADED.start[1]))
    rest = 1 - best
    return shares([(rest * share).log(), (rest * (1 - share)).log(), best.log()], good)


def after(z: Sequence[Any], good: Any, eta: Any) -> Results:
    """After one expected update."""
    moves = [on_three(UPDATE.body, z, good, j) for j in range(3)]
    return shares([x + eta * move for x, move in zip(z, moves, strict=True)], good)


TWO_STAGE = Explorable(
    sliders=(
        Slider("eta", "η, learning rate", -1, 1.5, 0.1, 0.5, log=True),
        Slider("best", "p(best) at the start", -4, -0.5, 0.1, -2, log=True),
        Slider("good", "reward of the good token", 0.1, 0.95, 0.05, 0.8),
    ),
    functions={
        "begins": (("good", "best"), before),
        "update": (("z[3]", "good", "eta"), after),
    },
    charts=(
        Chart(
            draws=(
                Run(function="update", begins="begins", steps=600, events=("passed",),
                    lines={"p(good)": ("p_good",), "p(best)": ("p_best",),
                           "p(other)": ("p_other",)}),
            ),
            x="update k",
            y="probability",
            x_scale={"domain": [0, 600]},
            y_scale={"type": "log", "domain": [1e-4, 1], "clamp": True},
            at="first_passed",
        ),
    ),
    says=(
        ("first_passed", "The mean reward passes that of the good token at update {first_passed}:"
         " from there on only the best one gains. After 600 updates p(best) is {last_p_best}."),
        (None, "In 600 updates the mean reward does not pass that of the good token: it is"
         " {last_V}, and p(best) is {last_p_best}."),
    ),
)  # fmt: skip

EXPLORABLES: Mapping[str, Explorable] = {
    "one_step": ONE_STEP,
    "fixed_step": FIXED_STEP,
    "helix": HELIX,
    "three_arms": THREE_ARMS,
    "two_stages": TWO_STAGE,
}
"""By the name of their page."""


def functions(page: Explorable) -> dict[str, str]:
    """The JavaScript of each function of a page."""
    return {name: function(*traced) for name, traced in page.functions.items()}
