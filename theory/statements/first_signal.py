"""Absorption: how long a policy that has lost its success waits for the first signal.

A batch without a right response moves nothing, so the next batch comes from the same policy. If
each is heard with a chance of at most s (at most n P J, by `all_wrong`), then the mean wait, cut at
K updates, is at least the chance of a signal by then, over s. So it is at least 1/s in the end.
"""

from theory.statements._silence import *

s, wait = var("s"), var("wait")

STATEMENT = Statement(
    slug="first_signal",
    title="Absorption: the mean wait for a signal is at least 1/s, with s <= n P J",
    paper_ref="not in the paper",
    kind="lower",
    hypotheses=(
        CHANCES,
        STILL_WRONG,
        Hypothesis(
            "share",
            forall(z, forall(k, conj(0 <= right(z, k), right(z, k) <= 1))),
            "an update has a signal or none",
        ),
        Hypothesis(
            "rare",
            conj(0 <= s, forall(k, heard <= s * quiet(k))),
            "as long as there was none, an update has a signal with chance s at most",
        ),
    ),
    conclusion=conj(1 - quiet(K) <= s * wait, 1 - K * s <= quiet(K)),
    notation=(
        QUIET,
        Notation(
            wait,
            prefix_sum(k, K, expected(silent(z, k))),
            "E[min(W, K)], W the number of updates without a signal before the first",
        ),
    ),
    twins=(
        Twin("twice the wait", 2 * (1 - quiet(K)) <= s * wait),
        Twin("half the chance", 1 - K * s / 2 <= quiet(K)),
        Twin("a sign flipped", s * wait <= quiet(K) - 1),
        Twin("any chance", drop="rare"),
    ),
)
