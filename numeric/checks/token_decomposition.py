"""Sums over the tokens of a response. All three hypotheses are needed.

On random policies the left sides do not know the right ones: log pi(o) is the logarithm of a
product of probabilities, and the score is a sum of gradients before it is taken along w.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, two_arms
from numeric.checks._tree_instances import Counters, TreeInstance, tree_counters
from numeric.checks._trees import UNEVEN, on_prefixes
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.token_decomposition import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """A random response, somewhere on the line of a random update.

    Where the response is almost certain its logarithm is almost 0: the scale is 1."""
    step = _tree_step.draw(rng, log_odds)
    tree = step.policy.tree
    number = {tree.prefixes[p]: node for node, p in enumerate(tree.open_prefixes)}
    o = rng.integers(tree.n)
    tokens = tree.prefixes[tree.responses[o]]
    path = [number[tokens[:n]] for n in range(len(tokens))], list(tokens)
    with ball_precision(BITS):
        w = to_balls(step.w)
        theta = to_balls(step.theta) + arb(float(rng.normal() * 10 ** rng.uniform(-6, 1))) * w
        logp = step.policy.token_log_probs(theta)[path]
        return {
            "logp": np.exp(logp).prod().log(),
            "score": step.policy.scores(theta)[o] @ w,
            "sum_logp": logp.sum(),
            "sum_score": step.policy.token_scores(theta, w)[path].sum(),
            "scale": arb(1),
        }


FAIR = on_prefixes(UNEVEN, two_arms(1))
RESPONSES = [UNEVEN.names[p] for p in UNEVEN.whole]
PATHS = {
    "Nat": range(3),
    "count": lambda o: len(RESPONSES[o]),
    "before": lambda o, n: UNEVEN.names.index(RESPONSES[o][: int(float(n))]),
    "token": lambda o, n: int(RESPONSES[o][n]),
}


def about_the_last(line: Line = FAIR, **functions: Callable[..., int]) -> TreeInstance:
    """The response 11, of three, at t = 0."""
    return TreeInstance(UNEVEN, line, {"t": 0}, functions={**PATHS, **functions, "o": 2})


def lowered(line: Line) -> Line:
    """All log-probabilities are 1 too small, that of the empty prefix too."""
    return replace(line, logp=lambda t: line.logp(t) - 1, formula=f"{line.formula}; all minus 1")


instance = tree_counters(STATEMENT)
TOKENS = instance(about_the_last(), "two tokens of probability 1/2 and of score -1/2")

COUNTERS: Counters = {
    **{twin.name: TOKENS for twin in STATEMENT.twins if twin.conclusion is not None},
    "drop path": instance(
        about_the_last(count=lambda o: 1), "the last token is not counted", "path"
    ),
    "drop normalised": instance(
        about_the_last(lowered(FAIR)), "the empty prefix has log-probability -1", "normalised"
    ),
    "drop differentiable": instance(
        about_the_last(FAIR.misreported(shift=1)),
        "every score is 1 too large, that of the empty prefix too",
        "differentiable",
    ),
}
