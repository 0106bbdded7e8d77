"""The length in the threshold is E+[len], exactly: correct responses of one token and of two.

token_eta_safe says that J rises at steps below 2 (1-J) gap/(L E+[len]). Here (1-J) gap and E+[len]
are the same at every step, E+[len] any number between 1 and 2, and J falls to 0 at any step above.
"""

from theory.statements._prelude import *
from theory.statements._collapse import BINARY, J0, POSITIVE_GAP, POSITIVE_L, N, constant_step, gap
from theory.statements._tree import INDICATORS, NONEMPTY
from theory.statements._tree import SHAPE as TREE_SHAPE
from theory.statements._tree_trajectory import CONTINUES, LENGTH_PLUS, NOTATION, F, J, length_plus
from theory.statements._tree_trajectory import gap as gap_at
from theory.tree import TREE_AT_K, T, at_open, v

tokens = var("tokens")  # E+[len]
FALL = eta * (L * tokens * eta / 2 - gap)  # of log J, in each step

RARE = Hypothesis("rare", conj(0 < J0, 16 * J0 <= 1), "a success rate of at most 1/16 to start")
BETWEEN = Hypothesis("between", conj(1 < tokens, tokens < 2), "any mean length between 1 and 2")
SHORT = Hypothesis("short", conj(0 < eta, 8 * (L * eta**2) <= 1), "eta <= 1/sqrt(8L)")
LATE = Hypothesis("late", 2 * gap < eta * L * tokens, "eta > 2 gap/(L E+[len])")

SHAPE = substitute(conj(*(h.formula for h in (*TREE_SHAPE, INDICATORS, NONEMPTY))), {T: const(2)})
BOUNDED = at_open(forall(v, TREE_AT_K.token_score() ** 2 <= L))
POLICY = conj(
    forall(k, TREE_AT_K.normalised()),
    forall(k, TREE_AT_K.differentiable()),
    forall(k, TREE_AT_K.smooth()),
    forall(k, BOUNDED),
    BINARY,
    constant_step(),
    CONTINUES.formula,
)


def exactly(aligned: Term = gap, mean_length: Term = tokens) -> Term:
    """(1-J) gap, E+[len] and J at every step."""
    return forall(
        k,
        conj(
            eq(F(k) * gap_at(k), aligned),
            eq(length_plus(k), mean_length),
            eq(J(k), J0 * exp(-(k * FALL))),
        ),
    )


FALLS = forall(k, J(k + 1) < J(k))
RISES = forall(k, J(k) < J(k + 1))
VANISHES = forall(eps, forall(k, implies(0 < eps, implies(N(eps) <= k, J(k) <= eps))))

STATEMENT = Statement(
    slug="token_overshooting_aligned",
    title="Every step longer than 2 (1-J) gap/(L E+[len]) can make the success rate fall to zero",
    paper_ref="sharpens Theorem 4, eq. (19)",
    kind="exists",
    hypotheses=(RARE, BETWEEN, POSITIVE_GAP, POSITIVE_L, SHORT, LATE),
    conclusion=conj(SHAPE, POLICY, exactly(), FALLS, VANISHES),
    notation=(*NOTATION[:3], LENGTH_PLUS),
    parameters=(J0, tokens, gap, L, eta),
    expected="witnessed",
    twins=(
        Twin("twice the gap", conj(SHAPE, POLICY, exactly(2 * gap), FALLS, VANISHES)),
        Twin("the longest", conj(SHAPE, POLICY, exactly(mean_length=const(2)), FALLS, VANISHES)),
        Twin("the shortest", conj(SHAPE, POLICY, exactly(mean_length=const(1)), FALLS, VANISHES)),
        Twin("J rises", conj(SHAPE, POLICY, exactly(), RISES, VANISHES)),
        Twin("any step", drop="late"),
        Twin("long steps", drop="short"),
    ),
    remark="Below it token_eta_safe: no factor is lost. The updates fit together, but are not steps"
    " on one landscape: token_overshooting_sharp.",
)
