"""A verifier that errs."""

from numeric.checks._prelude import *
from numeric.checks._grpo import draw_group
from theory.statements.noisy_verifier import STATEMENT


@dataclass(frozen=True, eq=False)
class Judged:
    """A group, with the rates of a verifier."""

    group: Any
    tp: arb
    fp: arb

    def formal(self) -> dict[str, Any]:
        return {**self.group.formal(), "tp": self.tp, "fp": self.fp}


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    rates = (arb(float(x)) for x in rng.uniform(0.01, 0.99, size=2))
    found = drawn(STATEMENT, Judged(draw_group(rng, log_odds), *rates))
    with ball_precision(BITS):
        pi, s = (
            np.array([found[n](o, arb(0)) for o in found["Response"]]) for n in ("logp", "score")
        )
        return {**found, "scale": (np.exp(pi) * abs(s)).sum()}


RATES = {"tp": Fraction(9, 10), "fp": Fraction(1, 5)}
EVEN = Instance(two_arms(3), more=RATES)
"""J = 3/4, seen as 29/40."""

COUNTERS = counters(
    STATEMENT,
    {
        "only false negatives count": EVEN,
        "the gap itself is scaled": EVEN,
        "sign flipped": EVEN,
        "drop normalised": Instance(unnormalised((HALF, QUARTER), (1, -1)), more=RATES),
        "drop interior": Instance(FAIR, HALF, QUARTER, HALF, reward=(0, 0), more=RATES),
        "drop seen": replace(EVEN, more={"tp": 0, "fp": 0}),
    },
)
