"""Trajectories on which one hypothesis fails, and the claim with it, while all others hold.

Convergence: mostly orbits, in which every step has a positive gap and yet ends where it began, so
that M diverges and J stays. Stagnation: mostly leaps, in which J rises from a place with gap 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from flint import arb

from numeric.checks._base import Counter
from numeric.checks._raw_trajectory import (
    SPREAD_WHY,
    Path,
    Row,
    counter,
    exact,
    fixed,
    leap,
    logistic,
    spread,
    spread_score,
    steady,
    wave,
)
from numeric.core.step import ball_precision
from theory.kernel.statement import Statement

Counters = dict[str, Callable[[], Counter]]

Paths = Mapping[str, tuple[Callable[[], Path], str]]
"""From a hypothesis to a path that violates it and no other, and what happens there."""

Constants = Mapping[str, Fraction | int]
NONE: Constants = {}

HALF, SIZE = Fraction(1, 2), Fraction(1, 17)
EPS, RARE_EPS = Fraction(2, 5), Fraction(95, 10_000)
STEEP = {"smooth": "|s'| <= omega = pi/3 < 11/10 = L, as omega >= 1 bounds f'^2"}


def leaking() -> Path:
    """The correct response stays; the other, of weight 4, falls by t/4 - t^2/2 and comes back."""
    return Path(
        logp=lambda k, t: (exact(HALF).log(), arb(4).log() - t / 4 + t**2 / 2),
        score=lambda k, t: (arb(0), t - exact(Fraction(1, 4))),
        eta=lambda k: exact(HALF),
        L=1,
        G=Fraction(1, 4),
        why={
            "smooth": "the scores are 0 and t - 1/4",
            "bounded": "the scores are 0 and -1/4 at t = 0",
            "adapted": "eta = 1/2; the gap is 2, the bounds are 2/3 and 1",
        },
    )


def misreported() -> Path:
    """Nothing moves, and the scores say that the log odds rise with slope 1."""
    return logistic(
        lambda k, t: arb(0),
        lambda k, t: arb(1),
        lambda k: exact(Fraction(1, 20)),
        L=1,
        G=1,
        why={
            "smooth": "the scores are constant",
            "bounded": "the scores are 1/2 and -1/2",
            "adapted": "eta = 1/20; the gap is 1, the bounds are 1/18 and 1/2",
        },
    )


def restarted(size: Fraction | int = SIZE) -> Path:
    """Log-linear with slope 1, and every step starts again at J = 1/2."""
    return logistic(
        lambda k, t: t,
        lambda k, t: arb(1),
        lambda k: exact(size),
        L=Fraction(1, 4),
        G=1,
        why={
            "smooth": "the slope of a score is at most 1/4",
            "bounded": "the scores are 1/2 and -1/2 at t = 0",
            "adapted": "eta = 1/17; the gap is 1, the bounds are 2/33 and 2",
        },
    )


def back_and_forth() -> Path:
    """Up by 1/17 on a slope of 1, then down again by a step of size -1 from the top of a hill."""
    return logistic(
        lambda k, t: exact(SIZE) * (1 - t**2) if k % 2 else t,
        lambda k, t: -2 * t * exact(SIZE) if k % 2 else arb(1),
        lambda k: arb(-1) if k % 2 else exact(SIZE),
        L=Fraction(1, 4),
        G=1,
        why={
            "smooth": "even steps are log-linear; 0 <= t <= -1 holds for no t",
            "bounded": "the scores are 1/2 and -1/2, or 0, at t = 0",
            "adapted": "eta = 1/17 where the gap is 1, below 2/33 and 2; else eta = -1 <= 0",
        },
    )


def thin_failure() -> Path:
    """J = 0.99 and two rare failures with scores near 1 and -1; then log odds that rise slowly."""

    def odds(k: int, t: arb) -> arb:
        right, *wrong = (x.exp() for x in spread(0, arb(1)))
        return (right / (wrong[0] + wrong[1])).log() + (k - 1 + t) / 10

    def logp(k: int, t: arb) -> Row:
        if k == 0:
            return spread(0, t)
        _, first, second = spread(0, arb(1))
        share, f = (first.exp() + second.exp()).log(), odds(k, t)
        down = -(1 + f.exp()).log() - share
        return -(1 + (-f).exp()).log(), first + down, second + down

    def score(k: int, t: arb) -> Row:
        if k == 0:
            return spread_score(0, t)
        J = 1 / (1 + (-odds(k, t)).exp())
        return (1 - J) / 10, -J / 10, -J / 10

    return Path(
        logp,
        score,
        lambda k: arb(1),
        L=Fraction(3, 100),
        G=0,
        why={
            "smooth": SPREAD_WHY + "; later it is at most 1/400",
            "adapted": "eta = 1; the gap is 1/5, then 1/10; the bound is the gap times 50/3",
        },
        rewards=(1, 0, 0),
    )


def one_response(reward: int) -> Path:
    """J(0) is 0 or 1, and g+ or g- is a mean over nothing."""
    return Path(
        logp=lambda k, t: (arb(0),),
        score=lambda k, t: (arb(0),),
        eta=lambda k: arb(0),
        L=1,
        G=0,
        why={
            "smooth": "the scores are 0",
            "bounded": "the scores are 0",
            "adapted": "eta = 0, or the gap in the bound is undefined",
            "diverges": "M is undefined",
            "uniform": "the gap is undefined",
            "small": "eta = 0",
            "weak": "no step moves: M = 0 whatever the gap is",
            "summable": "no step moves",
        },
        rewards=(reward,),
    )


def even_wave() -> Path:
    """J = 1/2, gap 1, steps of size 6: far too long."""
    return wave(1, 6, Fraction(11, 10), STEEP)


def fast_wave() -> Path:
    """J = 1/2, gap 1, steps of size 1/20, and a frequency far above L."""
    return wave(
        1,
        Fraction(1, 20),
        1,
        {"adapted": "eta = 1/20; the gap is 1, the bounds are 1/18 and 1/2"},
    )


def signed_wave() -> Path:
    """Rewards 1 and -1: J = 1/240, and the gap is 241/2."""
    why = STEEP | {"adapted": "eta = 6; the gap is 241/2, the bounds are above 6.6 and 109"}
    return wave(Fraction(241, 239), 6, Fraction(11, 10), why, (1, -1))


ADAPTED: Paths = {
    "normalised": (leaking, "the gap comes from weight that is lost and found again; J stays"),
    "differentiable": (misreported, "the gap is reported and J stays"),
    "smooth": (fast_wave, "each step follows one period of a fast wave, and L = 1; J stays"),
    "verifiable": (signed_wave, "a small J has a large gap, which allows long steps; J stays"),
    "forward": (back_and_forth, "a negative step undoes what was gained, and M does not see it"),
    "continues": (restarted, "each step gains 1/17 and the next one starts at J = 1/2 again"),
    "bounded": (thin_failure, "the failures' scores differ by 2, and G = 0: log odds fall by 0.26"),
    "adapted": (even_wave, "steps of size 6 follow one period of a wave; J stays"),
}


def small_odds() -> Path:
    """Rewards 1 and -1, J = 1/181 at gap 0; p rises as sigmoid(log(91/90) + t^2/4), t <= 1."""
    return logistic(
        lambda k, t: exact(Fraction(91, 90)).log() + (t**2 if k == 0 else arb(1)) / 4,
        lambda k, t: t / 2 if k == 0 else arb(0),
        lambda k: arb(1 if k == 0 else 0),
        L=1,
        G=0,
        why={
            "smooth": "the slope of a score is at most 1/2 + 1/16",
            "bounded": "the scores are 0 at the start of every step",
        },
        rewards=(1, -1),
    )


def thin_success() -> Path:
    """J = 0.01, two rare successes with scores near 1 and -1, gap -1/5; then nothing moves."""
    return Path(
        logp=lambda k, t: spread(0, t if k == 0 else arb(1)),
        score=lambda k, t: spread_score(0, t) if k == 0 else (arb(0),) * 3,
        eta=lambda k: arb(1 if k == 0 else 0),
        L=Fraction(3, 100),
        G=0,
        why={"smooth": SPREAD_WHY},
        rewards=(0, 1, 1),
    )


def at_rest(L: int = 1, size: Fraction | int = 0) -> Path:
    """J = 1/2 and gap 0, whatever the size of the steps."""

    def zero(k: int, t: arb) -> arb:
        return arb(0)

    return logistic(
        zero,
        zero,
        lambda k: exact(size),
        L,
        G=0,
        why={
            "smooth": "the scores are 0; if L < 0, t = 0 is the whole segment",
            "bounded": "the scores are 0",
            "adapted": "no step moves",
            "weak": "M = 0",
        },
    )


STAGNANT: Paths = {
    "normalised": (partial(leap, "normalised"), "J rises at the cost of nothing"),
    "differentiable": (partial(leap, "differentiable"), "the scores say that nothing moves"),
    "smooth": (partial(leap, "smooth"), "f = 2 t^2 is steeper than L = 1 allows"),
    "verifiable": (small_odds, "rewards 1 and -1 make J small without any rare response"),
    "forward": (partial(leap, "forward"), "L says nothing about t < 0"),
    "continues": (partial(leap, "continues"), "J jumps between two steps"),
    "interior": (partial(one_response, 1), "J(0) = 1: the ceiling is not below 1"),
    "summable": (partial(leap, "true"), "one step of size 1 is too long for C1 = 11/10 and L = 8"),
}
"""With C0 = 0 and C1 = 11/10."""


def dropped(statement: Statement, paths: Paths, K: int, constants: Constants = NONE) -> Counters:
    """One counterexample for each hypothesis of the statement that has a path."""
    names = [h.name for h in statement.hypotheses if h.name in paths]
    return {
        f"drop {name}": partial(_counter, statement, paths[name], K, name, constants)
        for name in names
    }


SHORT_STEP: Constants = {"C0": Fraction(1, 16), "C1": Fraction(3, 100)}
"""More than the gap times SIZE, and more than 33/4 SIZE^2, for either form of the claim."""


def stagnation(statement: Statement) -> Counters:
    """For Theorem 1(a): J(K) is above the ceiling, or the ceiling is not below 1."""
    return dropped(statement, STAGNANT, 2, {"C0": 0, "C1": Fraction(11, 10)}) | {
        "drop bounded": lambda: counter(
            statement,
            thin_success(),
            2,
            "the successes' scores differ by 2, and G = 0: log odds rise by 0.26",
            "bounded",
            {"C0": 0, "C1": Fraction(4, 100)},
        ),
        "drop positive_L": lambda: counter(
            statement,
            at_rest(L=-1),
            2,
            "L = -1: the squares 0 sum to at most C1/L although C1 < 0; the ceiling is below J(0)",
            "positive_L",
            {"C0": 0, "C1": -5},
        ),
        "drop weak": lambda: counter(
            statement,
            steady(1, fixed(SIZE, 10)),
            10,
            "the log odds rise by 10/17, and C0 = 0",
            "weak",
            {"C0": 0, "C1": Fraction(3, 10)},
        ),
        "sign of the exponent lost": lambda: counter(
            statement,
            steady(1, fixed(SIZE, 1)),
            1,
            "J(0) = 1/2 is above 1/(1 + e)",
            constants={"C0": HALF, "C1": HALF},
        ),
        "J(0) and 1 - J(0) exchanged": lambda: counter(
            statement,
            steady(9, fixed(SIZE, 1)),
            1,
            "J(0) = 9/10, a short step",
            constants=SHORT_STEP,
        ),
    }


def dropped_limit(statement: Statement) -> Counters:
    """For the limit: 1 - J(K) > eps although M(K) is large enough for eps, or N(B) too small."""
    eps = {"eps": EPS}
    kept = [h.name for h in statement.hypotheses]
    cases: Counters = {
        f"drop {name}": partial(
            limit_counter, statement, *ADAPTED[name], RARE_EPS if name == "bounded" else EPS, name
        )
        for name in kept
        if name in ADAPTED
    }
    return cases | {
        "drop diverges": lambda: counter(
            statement, at_rest(), 1, "N = 0 is not true of M = 0", "diverges", eps, N=lambda B: 0
        ),
        "drop interior": lambda: undefined_limit(statement),
        "drop tolerance": lambda: counter(
            statement,
            steady(1, fixed(SIZE)),
            1,
            "eps = -1 < 1 - J; the log of a negative number is some number, and 0 as good as any",
            "tolerance",
            {"eps": -1},
        ),
    }


def limit_counter(
    statement: Statement,
    path: Callable[[], Path],
    note: str,
    eps: Fraction,
    drop: str | None = None,
    part: Fraction | int = 1,
) -> Counter:
    """K is the first step at which M(K) is (a part of) what the tolerance asks for."""
    trajectory = path()
    with ball_precision():
        start = trajectory.point(0)
        K = trajectory.first(2 * exact(part) * (start.F / (start.J * exact(eps))).log())
    return counter(statement, trajectory, K, note, drop, {"eps": eps})


def undefined(statement: Statement, constants: Constants = NONE) -> Counter:
    """J(0) = 0: the gap is 0/0, and so are M and the conclusion."""
    note = "J(0) = 0: the gap is a mean over no response"
    path = one_response(0)
    return counter(statement, path, 1, note, "interior", constants, meaningless=True, N=lambda B: 0)


def undefined_limit(statement: Statement) -> Counter:
    """The tolerance is what M(K) is enough for, as in ``draw_limit``; here it is undefined too."""
    found = undefined(statement)
    F, J, M = (found.values[name] for name in "FJM")
    with ball_precision():
        eps = F(0) / J(0) * (-M(1) / 2).exp()
    shown = "(1 - J(0))/J(0) e^(-M(1)/2)"
    return replace(
        found,
        values={**found.values, "eps": eps},
        parameters={**found.parameters, "eps": shown},
        holds={**found.holds, "tolerance": "the tolerance is undefined"},
    )


def _counter(
    statement: Statement,
    case: tuple[Callable[[], Path], str],
    K: int,
    drop: str,
    constants: Constants,
) -> Counter:
    path, note = case
    return counter(statement, path(), K, note, drop, constants)
