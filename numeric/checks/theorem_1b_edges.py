"""J(0) = 1 and J(0) = 0. Only `normalised` and `verifiable` are needed.

With positive probabilities that sum to 1 and rewards 0 or 1, J(0) = 1 says that every response is
correct, whatever the updates are.
"""

from numeric.checks._prelude import *
from numeric.checks._paths import SIZE, Path, fixed, one_response, one_size, steady
from numeric.checks._trajectory import by_step, draw_direction
from numeric.core.step import draw_step
from theory.statements.theorem_1b_edges import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """All responses correct, or all incorrect; J(K) is summed after five updates."""
    policy, theta, _, eta, _ = draw_step(rng, log_odds)
    reward = int(rng.integers(2))
    with ball_precision():
        here = to_balls(theta)
        for _ in range(5):
            here = here + eta * to_balls(draw_direction(rng, np.ones(policy.d), first=False))
        end = (reward * np.exp(policy.log_probs(here))).sum()
    start, one = to_balls(np.array([float(reward), 1.0]))
    return {"J": by_step([start, end]), "K": 1, "scale": one}


def overflowing(k: int) -> Line:
    """One correct response whose weight is e^x, x = k + t: J(0) = 1 and J(1) = e."""
    return Line(lambda t: np.array([k + t]), lambda t: np.array([t * 0 + 1]), "p = e^t")


def doubled(k: int) -> Line:
    """The weight of the right one is (1 + x)/2 for x = (k + t)/100, that of the other (1 - x)/2."""

    def logp(t: arb) -> Array:
        x = (k + t) / 100
        return np.array([((1 + x) / 2).log(), ((1 - x) / 2).log()])

    def score(t: arb) -> Array:
        x = (k + t) / 100
        return np.array([1 / (1 + x) / 100, -1 / (1 - x) / 100])

    return Line(logp, score, "p = (1 + t/100)/2, (1 - t/100)/2")


RISES = steady(Fraction(1, 9), fixed(SIZE)).at(1)

COUNTERS = counters(
    STATEMENT,
    {
        "success is lost": one_response(1),
        "J never changes": RISES,
        "every run succeeds": RISES,
        "drop normalised": Path(overflowing, one_size(1), L=0, G=1, rewards=(1,), K=1),
        "drop verifiable": Path(
            doubled, one_size(1), L=1, G=1, rewards=(2, 0), K=1, exact={("J", (0,)): arb(1)}
        ),
    },
)

WITHOUT = {"bounded": replace(RISES, G=TINY), "smooth": replace(RISES, L=TINY)}
