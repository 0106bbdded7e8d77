"""+-(log pi_t - log pi_0 - t s) + L t^2/2 has slope +-(s_t - s) + L t >= 0 on [0, eta]."""

from theory.proofs._prelude import *
from theory.proofs._witness import step_witness
from theory.statements.smoothness_remainder import STATEMENT


@cache
def prove(goal: Term) -> Proof:
    hypotheses = STATEMENT.formal_hypotheses
    forward = assume(hypotheses["forward"])
    slope_known = at(hypotheses["differentiable"], o)
    on_segment = both(assume(0 <= t), assume(t <= eta))
    close = apply_implication(at(hypotheses["smooth"], o, t), on_segment)
    remainder = STEP.logp(t) - t * STEP.score(0)

    def side(sign: int) -> Proof:
        rising = differentiate(t, const(sign) * remainder + L * t**2 / 2, slope_known)
        nonnegative = solve(0 <= rising.conclusion.args[2], close)
        return nondecreasing(rising, nonnegative, const(0), eta)

    return conclude(goal, side(1), side(-1), forward)


witness = partial(step_witness, STATEMENT)
