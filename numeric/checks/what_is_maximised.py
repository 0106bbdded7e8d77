"""What each update climbs; the angle from the success rate, its derivative from the scores."""

from numeric.checks._prelude import *
from numeric.checks._groups import draw_policy
from theory.statements.what_is_maximised import STATEMENT

NAMES = "logp", "score", "r"


@dataclass(frozen=True, eq=False)
class Turning:
    """A policy on a line, with the angle arcsin(sqrt(J)) and ``factor`` times its derivative."""

    base: Any
    factor: Number = 1
    shift: Number = 0

    def formal(self) -> dict[str, Any]:
        found = self.base.formal()
        responses, r = found["Response"], found["r"]

        def rate(t: arb) -> tuple[arb, arb]:
            weights = [r(o) * found["logp"](o, t).exp() for o in responses]
            slopes = (w * found["score"](o, t) for o, w in zip(responses, weights, strict=True))
            return sum(weights, arb(0)), sum(slopes, arb(0))

        def angle(t: arb) -> arb:
            return rate(t)[0].sqrt().asin() + ball(self.shift)

        def turn(t: arb) -> arb:
            J, slope = rate(t)
            return ball(self.factor) * slope / (2 * (J * (1 - J)).sqrt())

        return {**found, "angle": angle, "turn": turn}

    def shown(self) -> dict[str, str]:
        return {**self.base.shown(), "angle": f"arcsin(sqrt J) + {self.shift}"}


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A softmax of linear logits, at t = 0."""
    policy = draw_policy(rng, log_odds)
    with ball_precision(BITS):
        rows = ([policy.rows[name][o] for o in range(policy.sets["Response"])] for name in NAMES)
        logp, score, reward = (tuple(row) for row in rows)
        line = log_linear(tuple(ball(x).exp() for x in logp), score)
    found = drawn(STATEMENT, Turning(Instance(line, reward=reward)))
    return {**found, "Real": (arb(0),)}


FAIR_ARMS = Instance(two_arms(1), HALF, QUARTER, HALF)
EVEN = Turning(FAIR_ARMS)

COUNTERS = counters(
    STATEMENT,
    {
        "REINFORCE climbs the angle": EVEN,
        "log J climbs as the angle": EVEN,
        "half of it": EVEN,
        "drop normalised": Turning(Instance(FADING, HALF)),
        "drop differentiable": Turning(Instance(FAIR.misreported(2), HALF), factor=HALF),
        "drop angle": Turning(FAIR_ARMS, shift=QUARTER),
        "drop turns": Turning(FAIR_ARMS, factor=2),
    },
)
