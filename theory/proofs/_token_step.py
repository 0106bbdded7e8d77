"""The step theorems of section 3 on a response tree: responses are complete prefixes.

``on_tree`` reads a theorem about responses as one about complete prefixes, with L T for L and G T
for G, and discharges its hypotheses by those of the tree. ``with_lengths`` puts in the loss that
grows with the length of each response.
"""

from theory.proofs._prelude import *
from theory.proofs import smoothness_remainder
from theory.proofs._growth import LOSS
from theory.proofs._tree_policy import all_responses
from theory.proofs.token_regularity import length_bounded, score_bounded, score_steady
from theory.statements import smoothness_remainder as remainder
from theory.tree import TREE, T, length, size, whole

ON_SEGMENT = conj(0 <= t, t <= STEP.end)
LENGTH_LOSS = L * size * eta**2 / 2


@cache
def normalised() -> Proof:
    return generalise(all_responses(t), t)


@cache
def differentiable() -> Proof:
    return generalise(specialise(assume(TREE.differentiable()), whole(o)), o)


@cache
def nonnegative_constants() -> tuple[Proof, Proof]:
    """0 <= L and 0 <= G."""
    return part(assume(TREE.smooth()), 0), part(assume(TREE.bounded()), 0)


def steady_on_segment(factor: Term, *facts: Proof) -> Proof:
    """0 <= t <= eta implies |score at t - score at 0| <= L factor t, from len <= factor."""
    inside = assume(ON_SEGMENT)
    moving = use(score_steady(), part(inside, 0), part(inside, 1))
    change = moving.conclusion.args[0]
    bound = solve(change <= L * factor * t, moving, inside, nonnegative_constants()[0], *facts)
    return generalise(discharge(bound, ON_SEGMENT), t)


@cache
def smooth() -> Proof:
    """Assumption 1(b) with L T."""
    return generalise(steady_on_segment(T, length_bounded()), o)


@cache
def bounded() -> Proof:
    """Assumption 1(a) with G T."""
    score = absolute(TREE.score(whole(o)))
    facts = score_bounded(), length_bounded(), nonnegative_constants()[1]
    return generalise(solve(score <= G * T, *facts), o)


def on_tree(theorem: Proof) -> Proof:
    """A theorem about one update, for responses that are complete prefixes."""
    lifted = instantiate(
        theorem,
        {L: L * T, G: G * T},
        {
            STEP.logp_symbol: Lambda((o, t), TREE.logp(whole(o), t)),
            STEP.score_symbol: Lambda((o, t), TREE.score(whole(o), t)),
        },
    )
    facts = (make() for make in (normalised, differentiable, smooth, bounded))
    return use(lifted, *(fact for fact in facts if fact.conclusion in lifted.hypotheses))


@cache
def token_remainder() -> Proof:
    """|log pi'(o) - log pi(o) - eta s| <= L len eta^2/2, for every response."""
    fixed = var("fixed", RESPONSE)
    response = whole(fixed)
    tokens = length(response)
    general = instantiate(
        smoothness_remainder.prove(remainder.STATEMENT.formal_conclusion),
        {L: L * tokens},
        {
            STEP.logp_symbol: Lambda((o, t), TREE.logp(response, t)),
            STEP.score_symbol: Lambda((o, t), TREE.score(response, t)),
        },
    )
    here = {o: fixed}
    slope = generalise(specialise(assume(TREE.differentiable()), response), o)
    steady = generalise(instantiate(steady_on_segment(size), here), o)
    return generalise(instantiate(use(general, slope, steady), {fixed: o}), o)


def with_lengths(fact: Proof) -> Proof:
    """A fact about ``loss`` on the tree, with L len eta^2/2 for it."""
    put = instantiate(on_tree(fact), functions={LOSS: Lambda((o,), LENGTH_LOSS)})
    return use(put, token_remainder())


@cache
def mean_of_length_loss(correct: bool) -> Proof:
    """sum of weight L len eta^2/2 = L eta^2/2 (sum of weight len)."""
    weight = TREE.put(STEP.correct() if correct else STEP.incorrect())
    flat = solve(eq(weight * LENGTH_LOSS, L * eta**2 / 2 * (weight * size)))
    return sum_equal(flat, o, (L * eta**2 / 2, weight * size))
