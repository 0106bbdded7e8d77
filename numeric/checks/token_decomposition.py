"""Sums over the tokens of a response. All three hypotheses are needed.

On random policies the left sides do not know the right ones: log pi(o) is the logarithm of a
product of probabilities, and the score is a sum of gradients before it is taken along w.
"""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import UNEVEN, TreeInstance, on_prefixes
from theory.statements.token_decomposition import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
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


TOKENS = on_prefixes(UNEVEN, FAIR)
RESPONSES = [UNEVEN.names[p] for p in UNEVEN.whole]
PATHS = {
    "Nat": range(3),
    "count": lambda o: len(RESPONSES[o]),
    "before": lambda o, n: UNEVEN.names.index(RESPONSES[o][:n]),
    "token": lambda o, n: int(RESPONSES[o][n]),
}


def about_the_last(line: Line = TOKENS, **functions: Any) -> TreeInstance:
    """The response 11, of three, at t = 0: two tokens of probability 1/2 and of score -1/2."""
    return TreeInstance(UNEVEN, line, {"t": 0}, functions={**PATHS, **functions, "o": 2})


COUNTERS = counters(
    STATEMENT,
    dict.fromkeys((t.name for t in STATEMENT.twins if t.conclusion is not None), about_the_last())
    | {
        "drop path": about_the_last(count=lambda o: 1),
        # all log-probabilities are 1 too small, that of the empty prefix too
        "drop normalised": about_the_last(replace(TOKENS, logp=lambda t: TOKENS.logp(t) - 1)),
        "drop differentiable": about_the_last(TOKENS.misreported(shift=1)),
    },
)
