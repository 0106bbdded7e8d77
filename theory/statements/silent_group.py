"""A group of n responses that are all right, or all wrong, moves nothing: its advantages are 0.

Dynamic sampling draws such groups again. The outcomes then have the law ``drawn``, which is the
first one without the silent outcomes; every expected update is divided by the chance of a signal.
"""

from theory.statements._silence import *

J, mixed, n = var("J"), var("mixed"), var("n", NAT)
perfect = Symbol("perfect", (OUTCOME, NAT))
drawn, push = Symbol("drawn", (OUTCOME,)), Symbol("push", (OUTCOME,))

right_again = expected(perfect(z, k) * right(z, k))
alike = silent(z, n) + perfect(z, n)
"""1 in a silent group."""
POWERS = exp(n * log(1 - J)) + exp(n * log(J))
redrawn = total(z, drawn(z) * push(z))

STATEMENT = Statement(
    slug="silent_group",
    title="A group is silent with probability (1-J)^n + J^n; dynamic sampling divides by the rest",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(
        Hypothesis("whole", eq(total(z, law(z)), 1), "probabilities sum to one"),
        STILL_WRONG,
        Hypothesis(
            "perfect",
            forall(
                z,
                conj(
                    eq(perfect(z, 0), 1),
                    forall(k, eq(perfect(z, k + 1), perfect(z, k) * right(z, k))),
                ),
            ),
            "perfect says that every response so far was right",
        ),
        Hypothesis(
            "independent",
            forall(
                k,
                implies(
                    k + 1 <= n,
                    conj(
                        eq(heard, J * expected(silent(z, k))),
                        eq(right_again, J * expected(perfect(z, k))),
                    ),
                ),
            ),
            "each of the n responses is right with chance J, whatever came before",
        ),
        Hypothesis("rate", conj(0 < J, J < 1), "0 < J < 1"),
        Hypothesis(
            "unmoved",
            forall(z, eq(alike * push(z), 0)),
            "a group of one kind moves nothing",
        ),
        Hypothesis(
            "redrawn",
            forall(z, eq(mixed * drawn(z), law(z) * (1 - alike))),
            "silent groups are drawn again: the law of the others, over their chance",
        ),
    ),
    conclusion=conj(
        eq(mixed, 1 - POWERS),
        mixed <= n * J,
        eq(mixed * redrawn, expected(push(z))),
    ),
    notation=(Notation(mixed, 1 - expected(alike), "the chance that a group is not silent"),),
    twins=(
        Twin("right ones forgotten", eq(mixed, 1 - exp(n * log(1 - J)))),
        Twin("half the chance", mixed <= n * J / 2),
        Twin("not divided", eq(redrawn, expected(push(z)))),
        Twin("copies of one response", drop="independent"),
    ),
)
