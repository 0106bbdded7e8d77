"""The clipped objective with sequence ratios."""

from numeric.checks._prelude import *
from numeric.checks._groups import draw_policy
from numeric.core.balls import log_sum_exp
from theory.statements.clipped_surrogate import STATEMENT


@dataclass(frozen=True, eq=False)
class Moved:
    """A policy before and after, and a clip range of 1/5 about 1."""

    before: Array
    after: Array
    reward: Array

    def formal(self) -> dict[str, Any]:
        return {
            "Response": range(len(self.reward)),
            "logp": lambda o, t: (self.before if t == 0 else self.after)[o],
            "r": lambda o: self.reward[o],
            "eta": arb(1),
            "low": ball(Fraction(4, 5)),
            "high": ball(Fraction(6, 5)),
        }


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The log odds rise by several units, so that some ratio leaves the range."""
    policy = draw_policy(rng, log_odds)
    with ball_precision(BITS):
        before, reward = (
            np.array([policy.rows[name][o] for o in range(policy.sets["Response"])])
            for name in ("logp", "r")
        )
        logits = before + to_balls(rng.normal(size=len(reward))) + 5 * reward
        moved = Moved(before, logits - log_sum_exp(logits), reward)
    return drawn(STATEMENT, moved)


RANGE = {"low": Fraction(4, 5), "high": Fraction(6, 5)}
EVEN = Instance(FAIR, 2, more=RANGE)
"""J = 1/2 rises to 0.88: ratios 1.76 and 0.24."""

COUNTERS = counters(
    STATEMENT,
    {
        "a lower bound too": EVEN,
        "twice": replace(EVEN, eta=Fraction(1, 10)),
        "clipped alone": replace(EVEN, eta=-2),
        "drop normalised": replace(
            EVEN, line=unnormalised((HALF, HALF), (0, -Fraction(1, 10))), eta=1
        ),
    },
)
