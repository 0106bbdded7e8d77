"""Assumption 1 from Assumption 2. `indicators` is not needed (see tree_path), all others are."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, Number, two_arms
from numeric.checks._tree_instances import Counters, TreeInstance, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, UNEVEN, Shape, on_prefixes, with_stray
from numeric.core.balls import ball_precision, midpoints, to_balls
from theory.evaluate import Values
from theory.statements.token_regularity import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
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


HALF = Fraction(1, 2)
NUMBERS = {"eta": HALF, "t": HALF, "L": Fraction(1, 4), "G": HALF}


def about(o: int, shape: Shape, line: Line, **numbers: Number) -> TreeInstance:
    """Response o; every node is a fair choice between two tokens of score 1/2 and -1/2."""
    return TreeInstance(shape, line, {**NUMBERS, **numbers}, functions={"o": o})


def stray(defect: str, o: int) -> TreeInstance:
    """The stray response, of score 5."""
    shape = DEFECTS[defect](PAIR)
    return about(o, shape, with_stray(on_prefixes(PAIR, two_arms(1)), HALF, 5))


def drifting(line: Line) -> Line:
    """All log-probabilities rise by t, that of the empty prefix too."""
    return replace(
        line,
        logp=lambda t: line.logp(t) + t,
        score=lambda t: line.score(t) + 1,
        formula=f"{line.formula}; all plus t",
    )


FAIR = on_prefixes(UNEVEN, two_arms(1))
instance = tree_counters(STATEMENT)
TWICE = instance(about(2, UNEVEN, FAIR), "twice the token of score -1/2 and of slope -1/4")

COUNTERS: Counters = {
    **{twin.name: TWICE for twin in STATEMENT.twins if twin.conclusion is not None},
    "drop rooted": instance(
        stray("rooted", 2), "a response that does not begin with the root", "rooted"
    ),
    "drop branching": instance(
        stray("branching", 2), "a response that no token leads to", "branching"
    ),
    "drop ending": instance(
        stray("ending", 0), "response 0 is another prefix than the one it leads to", "ending"
    ),
    "drop normalised": instance(
        about(0, UNEVEN, drifting(FAIR)), "the empty prefix has score 1", "normalised"
    ),
    "drop differentiable": instance(
        about(0, UNEVEN, FAIR.misreported(shift=1)),
        "every score is 1 too large, that of the empty prefix too",
        "differentiable",
    ),
    "drop smooth": instance(
        about(2, UNEVEN, FAIR, L=Fraction(1, 100)), "the slope of the scores is -1/4", "smooth"
    ),
    "drop bounded": instance(
        about(2, UNEVEN, FAIR, G=Fraction(1, 4)), "the token scores are 1/2 and -1/2", "bounded"
    ),
}
