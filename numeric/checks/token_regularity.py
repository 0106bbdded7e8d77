"""Assumption 1 from Assumption 2. `indicators` is not needed (see tree_path), all others are."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import (
    PAIR,
    UNEVEN,
    Shape,
    TreeInstance,
    displaced,
    on_prefixes,
    unbranched,
    unindicated,
    unrooted,
    with_stray,
)
from theory.statements.token_regularity import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The response of largest score per token, or any, at the end of the segment or before."""
    step = _tree_step.draw(rng, log_odds)
    steepest = int(np.argmax(midpoints(abs(step.score / step.lengths))))
    o = int(rng.choice([steepest, int(rng.integers(step.policy.n))]))
    with ball_precision(BITS):
        t = arb(step.eta) * arb(float(rng.choice([1.0, 10 ** rng.uniform(-6, 0)])))
        w = to_balls(step.w)
        there = step.policy.scores(to_balls(step.theta) + t * w)[o] @ w
        return {
            "s": step.score[o],
            "s_t": there,
            "tokens": step.lengths[o],
            "T": arb(step.longest),
            "G": arb(step.score_bound),
            "L": arb(step.smoothness),
            "eta": arb(step.eta),
            "t": t,
        }


TOKENS = on_prefixes(UNEVEN, FAIR)
NUMBERS = {"eta": HALF, "t": HALF, "L": QUARTER, "G": HALF}


def about(o: int, shape: Shape = UNEVEN, line: Line = TOKENS, **numbers: Number) -> TreeInstance:
    """Response o; every node is a fair choice between two tokens of score 1/2 and -1/2."""
    return TreeInstance(shape, line, {**NUMBERS, **numbers}, functions={"o": o})


def stray(shape: Shape, o: int) -> TreeInstance:
    """The stray response, of score 5."""
    return about(o, shape, with_stray(on_prefixes(PAIR, FAIR), HALF, 5))


DRIFTING = Line(
    lambda t: TOKENS.logp(t) + t, lambda t: TOKENS.score(t) + 1, f"{TOKENS.formula}; all plus t"
)

COUNTERS = counters(
    STATEMENT,
    dict.fromkeys((t.name for t in STATEMENT.twins if t.conclusion is not None), about(2))
    | {
        "drop rooted": stray(unrooted(PAIR), 2),
        "drop branching": stray(unbranched(PAIR), 2),
        "drop ending": stray(displaced(PAIR), 0),
        "drop normalised": about(0, line=DRIFTING),
        "drop differentiable": about(0, line=TOKENS.misreported(shift=1)),
        "drop smooth": about(2, L=TINY),
        "drop bounded": about(2, G=QUARTER),
    },
)

WITHOUT = {"indicators": unindicated(FAIR, o=0, t=QUARTER)}
