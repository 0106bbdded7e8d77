"""The floor of a fixed step. Without `interior` J stays at 0, or at 1, above the floor: but then
there is no gap, and `uniform` has no meaning."""

from numeric.checks._prelude import *
from numeric.checks._instances import hill
from numeric.checks._paths import (
    SIZE,
    Path,
    at_rest,
    fixed,
    leaking,
    moving,
    one_size,
    restarted,
    steady,
    wave,
)
from numeric.checks._trajectory import draw_uniform
from theory.statements.fixed_step_floor import FLOOR, STATEMENT

EPS = Fraction(2, 5)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Steps below 2 gap/L and 1/gap; K is enough for the tolerance, or (1 in 8) not yet."""
    values = draw_uniform(rng, log_odds, lambda start, gap: (2 * gap / start.L).min(1 / gap))
    with ball_precision():
        least = values["J"](0).min(evaluate(FLOOR, values, BALLS))
        part = 0.9 if rng.uniform() < 1 / 8 else 1 / rng.uniform(0.02, 0.98)
        return {**values, "eps": part / (values["K"] * values["eta"] * values["least_gap"] * least)}


FLAT = hill(QUARTER, QUARTER, 1, log_linear((1,), (0,)))
PLATEAU = Path(lambda k: FLAT, one_size(HALF), 1, 1, formula=FLAT.formula)
"""eta = 1/2 and gap = 1/3: each step goes over the top of the hill, and J stays at its floor."""

DOWN = hill(
    Fraction(2, 3), Fraction(1, 3), HALF, log_linear((Fraction(1, 6), Fraction(5, 6)), (1, -1))
)


def overshot() -> Path:
    """From J = 2/3 below the floor of 1/2 in one step, eta = 2 and gap = 1; then log-linear."""

    def line(k: int) -> Line:
        right, *wrong = np.exp(DOWN.logp(arb(2)))
        risen = right * arb(2 * (k - 1)).exp()
        return log_linear((risen, *wrong), (1, 0, 0)) if k else DOWN

    return Path(line, one_size(2), HALF, 1, (1, 0, 0), formula=DOWN.formula)


def orbit(path: Path, eta: Number, least_gap: Number, eps: Number = EPS, K: int = 200) -> Path:
    return path.at(K, eta=eta, least_gap=least_gap, eps=eps)


UP, SHORT_SIZE = steady(1, fixed(SIZE)), Fraction(1, 20)

COUNTERS = counters(
    STATEMENT,
    {
        "half the loss": orbit(PLATEAU, HALF, Fraction(1, 3), Fraction(1, 8), 1000),
        "always above the floor": orbit(UP, SIZE, 1, K=0),
        "a hundred times faster": orbit(UP, SIZE, 1, K=1),
        "drop normalised": orbit(leaking((HALF, 4), QUARTER, HALF), HALF, 2, Fraction(3, 10)),
        "drop differentiable": orbit(at_rest(slope=1, size=SHORT_SIZE, G=1), SHORT_SIZE, 1),
        "drop smooth": orbit(wave(1, SHORT_SIZE, 1), SHORT_SIZE, 1),
        "drop verifiable": orbit(
            wave(Fraction(11, 9), Fraction(1, 5), 32, (1, -1)), Fraction(1, 5), 5, Fraction(1, 10)
        ),
        "drop forward": orbit(steady(9, fixed(-1)), -1, 1, K=1),
        "drop continues": orbit(restarted(), SIZE, 1),
        "drop uniform": orbit(at_rest(size=SHORT_SIZE), SHORT_SIZE, 1),
        "drop favourable": orbit(
            moving(lambda k, t: -k - t, lambda k, t: arb(-1), one_size(1), QUARTER, 1, "-theta"),
            1,
            -1,
            K=1,
        ),
        "drop constant": orbit(restarted(0), SIZE, 1),
        "drop modest": orbit(overshot(), 2, 1, K=1),
        "drop tolerance": orbit(replace(UP, L=1000), SIZE, 1, -100),
    },
)
