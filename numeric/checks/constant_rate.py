"""A constant learning rate. `normalised` and `positive_L` are not needed.

`normalised`: as in multi_prompt. `positive_L`: if L < 0 then 2/L < 0 and no rate is left; if L = 0
then 2/L is undefined, and whatever it is the score g+.grad stays |g+|^2 on average, so log J still
gains alpha |g+|^2. Of `interior`, J > 0 makes g+ defined; J = 1 would do no harm, as then g+ = 0.
"""

from numeric.checks._prelude import *
from numeric.checks._instances import logistic
from numeric.checks._trajectory import draw_start
from numeric.core.step import gradient_gap, measure_step
from theory.statements.constant_rate import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """One update along g+ with a rate anywhere below 2/L."""
    start = draw_start(rng, log_odds)
    with ball_precision():
        theta = to_balls(start.theta)
        g_plus = gradient_gap(start.policy, theta, start.reward).g_plus
        part = rng.choice([10 ** rng.uniform(-6, 0), rng.uniform(), 1]) * 0.999
        alpha = arb(float(part) * float((2 / start.L).mid()))
        step = measure_step(start.policy, theta, g_plus, alpha, start.reward)
        norm2 = (g_plus**2).sum()
    return {"J": step.J, "J_next": step.J_next, "norm2": norm2, "alpha": alpha, "L": start.L}


@dataclass(frozen=True)
class Rate(Instance):
    """One parameter theta, in which the line is written: the update is theta' = alpha g+."""

    def formal(self) -> dict[str, Any]:
        reward, pi = balls(self.reward), np.exp(self.line.logp(arb(0)))
        g_plus = (reward * pi) @ self.line.score(arb(0)) / (reward * pi).sum()
        along = replace(
            self.line,
            logp=lambda t: self.line.logp(t if t == 0 else t * g_plus),
            score=lambda t: self.line.score(t if t == 0 else t * g_plus),
        )
        found = Instance(along, self.eta, self.L, reward=self.reward).formal()
        return {**found, "alpha": found["eta"]}


def sine(odds: Number) -> Line:
    """pi(0) = sigmoid(log odds + sin theta): a gradient's slope is at most 1."""
    return logistic(
        lambda t: ball(odds).log() + t.sin(), lambda t: t.cos(), f"log odds log({odds}) + sin t"
    )


EVEN = Rate(FAIR, L=QUARTER)
FIFTH = Rate(sine(1), eta=10, L=1)
"""theta = 5, where sin < 0."""

COUNTERS = counters(
    STATEMENT,
    {
        "no curvature": EVEN,
        "half the curvature": EVEN,
        "the success rate falls": EVEN,
        # J stays; the gradients say that the log odds rise with slope 1
        "drop differentiable": replace(EVEN, line=logistic(lambda t: arb(0), lambda t: arb(1))),
        "drop lipschitz": replace(FIFTH, L=TINY),
        # rewards 1 and -1 make J = 1/181 and g+ = 90.5: log J cannot gain the 277 promised
        "drop verifiable": Rate(sine(Fraction(91, 90)), Fraction(1, 29), 1, reward=(1, -1)),
        "drop interior": replace(EVEN, reward=(0, 0)),
        "drop rate": FIFTH,
    },
)

WITHOUT = {"normalised": Rate(FADING, L=1)}
