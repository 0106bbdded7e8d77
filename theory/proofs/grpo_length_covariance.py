"""E[s/|o|] = E[1/|o|] E[s] + Cov under pi+ and under pi-; E+[s] = (1-J) gap, E-[s] = -J gap."""

from theory.proofs._prelude import *
from theory.proofs._growth import shares
from theory.proofs._grpo import grpo_is_gap
from theory.proofs._grpo_witness import grpo_witness
from theory.proofs._step import kind, success_interior
from theory.statements._grpo import LENGTHS, SCORE, SPREAD, grpo, length, sigma
from theory.statements.grpo_length_covariance import (
    STATEMENT,
    cov_minus,
    cov_plus,
    inverse,
    inverse_minus,
    inverse_plus,
    rescaled,
)


@cache
def inverse_positive(correct: bool) -> Proof:
    """0 < sum of weight/|o|: as 1/x >= 2c - c^2 x, with c = W/(W + A) for A = sum of weight |o|."""
    weight, _, nonnegative, positive = kind(correct)
    W, A = total(o, weight), total(o, weight * length(o))
    c = W / (W + A)
    lengths = at(LENGTHS.formula, o)
    above = solve(2 * c - c**2 * length(o) <= inverse, lengths)
    pointwise = solve(
        2 * c * weight - c**2 * (weight * length(o)) <= weight * inverse, above, nonnegative
    )
    sums = sum_at_least(pointwise, o, (2 * c, weight), (-(c**2), weight * length(o)))
    some = sum_at_least(
        solve(0 * weight <= weight * length(o), nonnegative, lengths), o, (0, weight)
    )
    share = solve(c * (W + A) <= W, positive, some), solve(0 < c, positive, some)
    return solve(0 < total(o, weight * inverse), sums, *share, positive, some)


def prove(goal: Term) -> Proof:
    expand = STATEMENT.expand
    interior, lengths = success_interior(), at(LENGTHS.formula, o)
    spread = part(assume(SPREAD.formula), 0)
    plus = solve(0 < expand(inverse_plus), use(inverse_positive(True), interior[0]), *interior)
    minus = solve(0 < expand(inverse_minus), inverse_positive(False), *interior)
    covariances = expand(cov_plus) - expand(cov_minus)
    exact = solve(
        eq(expand(grpo), sigma * (expand(rescaled) + covariances)), grpo_is_gap(SCORE), shares()
    )
    return conclude(goal, exact, plus, minus, spread, lengths, *interior)


witness = partial(grpo_witness, STATEMENT)
