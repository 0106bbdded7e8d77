"""The ceiling of a KL penalty. A negative c tilts the other way, and the claim holds for it."""

from numeric.checks._prelude import *
from numeric.checks._groups import draw_policy
from numeric.core.balls import log_sum_exp
from theory.statements.penalty_ceiling import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Any other policy on the same responses."""
    policy = draw_policy(rng, log_odds)
    m = policy.sets["Response"]
    with ball_precision(BITS):
        before = np.array([policy.rows["logp"][o] for o in range(m)])
        logits = before + to_balls(rng.normal(size=m) * 10 ** rng.uniform(-1, 1))
        after = logits - log_sum_exp(logits)
        found = {
            **policy.formal(),
            "logp": lambda o, t: (before if t == 0 else after)[o],
            "eta": arb(1),
            "c": arb(float(10 ** rng.uniform(-2, 1))),
        }
        values = with_abbreviations(STATEMENT, found)
    return {name: x for name, x in values.items() if isinstance(x, arb)} | {
        name: values[name] for name in ("logp", "Response", "r")
    }


EVEN = Instance(two_arms(1, 2), 1, more={"c": 2})
"""J = 1/2 tilted with c = 2: log odds 2."""

COUNTERS = counters(
    STATEMENT,
    {
        "half of the ceiling": EVEN,
        "a penalty with the other sign": EVEN,
        "nothing can be gained": EVEN,
        "drop normalised": Instance(unnormalised((2, 2), (0, 0)), 1, more={"c": 2}),
        "drop binary": Instance(FAIR, 1, reward=(1, -3), more={"c": 2}),
    },
)
