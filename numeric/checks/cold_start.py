"""Cold start. `interior` is not needed: a policy with J(0) = 0 or 1 keeps it."""

from collections.abc import Callable

from numeric.checks._prelude import *
from numeric.checks._instances import Line, log_linear, unnormalised
from numeric.checks._paths import Path, fixed, moving, once, steady
from numeric.checks._trajectory import draw_start, trajectory, trajectory_values
from theory.statements.cold_start import STATEMENT

FACTORS = {
    "dr-grpo": (lambda F: (1 - F) * F, lambda J: 2 * J),
    "grpo": (lambda F: ((1 - F) * F).sqrt(), lambda J: (2 * J).sqrt()),
    "1/J": (lambda F: F, lambda J: arb(1)),
}
"""factor(k) by the failure rate, and c by J(0)."""


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Up to 12 updates of REINFORCE, GRPO or its 1/J-normalised form with all gaps positive; the
    learning rate is a part of what `damped` and the budget log 2 allow."""
    with ball_precision():
        start, updates = draw_start(rng, log_odds), int(rng.integers(1, 13))
        factor, most = FACTORS[str(rng.choice(sorted(FACTORS)))]
        first = trajectory(rng, start, 0, lambda gap, F: 0.0, ahead=True)[0]
        c, delta = most(first.J), 2 * start.G
        damped = 1 / (start.L + start.G**2 / 2)
        budget = arb(2).log() / (2 * updates * c * delta**2)
        alpha = arb(float(rng.uniform(0.05, 0.999) * damped.min(budget).mid()))
        points = trajectory(
            rng, start, updates, lambda gap, F: (alpha * factor(F) * gap).mid(), ahead=True
        )
        values = trajectory_values(points, L=start.L, G=start.G)
        scale = {k: p.eta / (alpha * p.gap) for k, p in enumerate(points)}
        return {**values, "factor": scale.get, "alpha": alpha, "c": c, "delta": delta}


def scaled(path: Path, K: int = 1, **constants: Any) -> Path:
    """With factor 1 and delta = 1, as long as nothing else is said."""
    told = {"factor": lambda k: arb(1), "alpha": 1, "c": 1, "delta": 1, **constants}
    return path.at(K, **told)


def first_step(
    odds: Number, slope: Number, bend: Number, size: Number, L: Number, G: Number
) -> Path:
    """log odds = log(odds) + slope t + bend t^2 in step 0; then nothing moves."""

    def risen(t: Number | arb) -> arb:
        return ball(slope) * ball(t) + ball(bend) * ball(t) ** 2

    return moving(
        lambda k, t: ball(odds).log() + risen(size if k else t),
        lambda k, t: arb(0) if k else ball(slope) + 2 * ball(bend) * t,
        once(size),
        L,
        G,
        f"log({odds}) + {slope} t + {bend} t^2, then nothing",
    )


HUNDREDTH, TENTH, SMALL = Fraction(1, 100), Fraction(1, 10), Fraction(1, 128)
RARE = Fraction(1, 99)
"""J(0) = 1/100."""
UP = steady(RARE, fixed(1))
BENT = first_step(RARE, SMALL, 2, 1, 8, SMALL)


def misreported() -> Path:
    """The log odds rise by 1, and the scores say a tenth of it."""
    true = first_step(RARE, 1, 0, 1, HUNDREDTH, TENTH)

    def line(k: int) -> Line:
        told = true.line(k)
        return Line(told.logp, lambda t: told.score(t) / 10, "")

    return replace(true, line=line)


def restarted() -> Path:
    """J = 1/100, then J = 1/2, with no step between them."""
    odds = lambda k: arb(1) if k else ball(RARE)  # noqa: E731
    return moving(
        lambda k, t: odds(k).log(), lambda k, t: arb(0), once(0), 0, 0, "log(1/99), then 0"
    )


def ended(start: Line, size: Number, weights: Callable[[Numbers, Numbers], Line]) -> Path:
    """``start`` in step 0, of this size; then its end, where nothing moves."""

    def line(k: int) -> Line:
        end = tuple(np.exp(start.logp(ball(size)))) if k else ()
        return weights(end, (0,) * len(end)) if k else start

    return Path(line, once(size), 0, 0, formula=start.formula)


def growing_mass() -> Path:
    """Mass e^t/100 for the right response and 0.99 e^(3t/5) for the wrong one."""
    start = unnormalised((HUNDREDTH, 1 - HUNDREDTH), (1, Fraction(3, 5)))
    return replace(ended(start, Fraction(23, 32), unnormalised), G=1)


def wide_success() -> Path:
    """J = 0.01: two right responses of scores near 1 and -1, whose spread no bound G = 0 allows."""
    chances = Fraction(99, 100), Fraction(6, 1000), Fraction(4, 1000)
    path = ended(log_linear(chances, (0, 1, -1)), Fraction(5, 4), log_linear)
    return replace(path, L=Fraction(3, 100), rewards=(0, 1, 1))


def by_gap(path: Path, **constants: Any) -> Path:
    """alpha = eta/gap of step 0, delta = gap."""
    with ball_precision():
        gap = path.point(0)[2]
        told = {"factor": lambda k: arb(1), "alpha": path.eta(0) / gap, "c": 1, "delta": gap}
        return path.at(1, **{**told, **constants})


PATHS = {
    "four times as slow": scaled(steady(RARE, fixed(TENTH)), 13, alpha=TENTH),
    "a quarter more": scaled(steady(RARE, fixed(Fraction(1, 20))), 6, alpha=Fraction(1, 20)),
    "it has doubled": scaled(UP, 0),
    "drop normalised": by_gap(growing_mass()),
    "drop differentiable": by_gap(misreported()),
    "drop smooth": by_gap(replace(BENT, L=Fraction(1, 1000))),
    "drop bounded": by_gap(wide_success()),
    "drop verifiable": by_gap(
        replace(
            first_step(
                Fraction(91, 90),
                Fraction(1, 1000),
                Fraction(1, 25),
                1,
                TENTH / 2,
                Fraction(1, 1000),
            ),
            rewards=(1, -1),
        )
    ),
    "drop continues": scaled(restarted(), factor=lambda k: arb(0), c=0),
    "drop updates": scaled(UP, factor=lambda k: arb(0), c=0),
    "drop scale": scaled(UP, delta=0),
    "drop damped": by_gap(BENT),
    "drop rare": scaled(UP, c=0),
    "drop rate": by_gap(first_step(RARE, SMALL, 2, -1, 8, SMALL)),
}
COUNTERS = counters(STATEMENT, PATHS)
