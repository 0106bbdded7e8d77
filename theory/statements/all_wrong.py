"""A batch in which every response is wrong: then nothing is learned from it.

Response k has the success rate J(k), whichever its prompt is. The chance that K independent ones
are all wrong is the product of the 1 - J(k), which is at least 1 - sum of J(k): 1 - n P J for P
prompts with n responses each. (Exchange right and wrong for the chance that all are right.)
"""

from theory.statements._silence import *

J = Symbol("J", (NAT,))

STATEMENT = Statement(
    slug="all_wrong",
    title="A batch of K responses is silent with the probability prod (1-J) >= 1 - sum J",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(
        Hypothesis("whole", eq(total(z, law(z)), 1), "probabilities sum to one"),
        STILL_WRONG,
        Hypothesis(
            "independent",
            forall(k, eq(heard, J(k) * quiet(k))),
            "each response is right with chance J(k), whatever came before",
        ),
        Hypothesis("rates", forall(k, conj(0 <= J(k), J(k) < 1)), "success rates below 1"),
    ),
    conclusion=conj(
        eq(quiet(K), exp(prefix_sum(k, K, log(1 - J(k))))),
        1 - prefix_sum(k, K, J(k)) <= quiet(K),
    ),
    notation=(QUIET,),
    twins=(
        Twin("the union bound alone", eq(quiet(K), 1 - prefix_sum(k, K, J(k)))),
        Twin("half of the rates", 1 - prefix_sum(k, K, J(k)) / 2 <= quiet(K)),
        Twin("copies of one response", drop="independent"),
    ),
)
