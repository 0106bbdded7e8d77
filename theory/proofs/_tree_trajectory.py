"""Trajectories on a response tree: the theorems of section 3 about trajectories, with responses
read as complete prefixes, and the token-level step theorems at step k."""

from theory.proofs._prelude import *
from theory.proofs import _trajectory as flat
from theory.proofs import theorem_1b
from theory.proofs._token_step import bounded, differentiable, normalised, smooth
from theory.statements._tree_trajectory import CONTINUES
from theory.tree import TREE, TREE_AT_K, T, p, whole

ALWAYS_GAINS = forall(k, theorem_1b.GAIN / 2 <= AT_K.log_odds_change())


def at_step_k(theorem: Proof) -> Proof:
    """A theorem about one update on the tree, at step k, where 0 < J(k) < 1."""
    moved = instantiate(
        theorem,
        {eta: steps(k)},
        {
            TREE.logp_symbol: Lambda((p, t), TREE_AT_K.logp(p, t)),
            TREE.score_symbol: Lambda((p, t), TREE_AT_K.score(p, t)),
        },
    )
    everywhere = (
        TREE_AT_K.normalised(),
        TREE_AT_K.differentiable(),
        TREE_AT_K.smooth(),
        TREE_AT_K.bounded(),
        TREE_AT_K.light(),
        0 <= steps(k),
    )
    facts = [at(forall(k, h), k) for h in everywhere if h in moved.hypotheses]
    if TREE_AT_K.put(AT_K.interior()) in moved.hypotheses:
        facts.append(interior_always())
    return use(moved, *facts)


@cache
def interior_always() -> Proof:
    """0 < J(k) < 1."""
    return on_tree_path(specialise(flat.always_interior(), k))


def on_tree_path(theorem: Proof) -> Proof:
    """A theorem about a trajectory, for responses that are complete prefixes."""
    lifted = instantiate(
        theorem,
        {L: L * T, G: G * T},
        {
            AT_K.logp_symbol: Lambda((k, o, t), TREE_AT_K.logp(whole(o), t)),
            AT_K.score_symbol: Lambda((k, o, t), TREE_AT_K.score(whole(o), t)),
        },
    )
    facts = (continues(), *every_step())
    return use(lifted, *(fact for fact in facts if fact.conclusion in lifted.hypotheses))


@cache
def every_step() -> tuple[Proof, ...]:
    """Normalised, differentiable and Assumption 1 with L T and G T, at every step."""
    makers = (normalised, differentiable, smooth, bounded)
    return tuple(generalise(at_step_k(make()), k) for make in makers)


@cache
def continues() -> Proof:
    """Step k + 1 starts where step k ends, response by response."""
    return generalise(specialise(assume(CONTINUES.formula), k, whole(o)), k, o)


@cache
def defined() -> tuple[Proof, ...]:
    """0 < J < 1 at 0, K and k, for the denominators and logarithms of a conclusion."""
    lines = (theorem_1b.START, theorem_1b.END, AT_K)
    return tuple(on_tree_path(fact) for line in lines for fact in flat.interior(line))


def always_gains() -> Proof:
    """[gap]_+ eta/2 <= change of the log odds in step k: the hypothesis of ``from_gains``."""
    return specialise(assume(ALWAYS_GAINS), k)


def from_gains(theorem: Proof, gain: Proof) -> Proof:
    """A theorem that rests on ``always_gains``, on the tree, from the gain of each step there."""
    return use(on_tree_path(theorem), generalise(gain, k))
