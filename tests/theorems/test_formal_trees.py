"""What the kernel proves about response trees is about the trees that are enumerated.

The formal statements know begins, complete, extend, length, whole, logp, score and r, and nothing
else. Here their hypotheses and abbreviations are evaluated, as the kernel has them, on the trees of
``numeric.core.trees``: a slip in the theory of trees, or in the trees, would show.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from numeric.checks import _tree_step, token_eta_safe
from numeric.checks._base import BITS, Truth, check, decide
from numeric.checks._instances import on_line
from numeric.checks._tree_step import Step
from numeric.checks._trees import Shape
from numeric.core.balls import ball_precision, to_balls
from numeric.core.trees import Tree, log_linear
from tests.depth import examples
from theory.evaluate import evaluate
from theory.kernel.terms import (
    NAT,
    Term,
    conj,
    const,
    eq,
    exp,
    forall,
    has_derivative,
    implies,
    negate,
    total,
    var,
)
from theory.statements import STATEMENTS, _tree
from theory.tree import either, size
from theory.vocabulary import o

seeds = st.integers(0, 2**32 - 1)

ABOUT_THE_TREE = (_tree.ROOTED, _tree.BRANCHING, _tree.ENDING, _tree.INDICATORS, _tree.NONEMPTY)
ABOUT_THE_POLICY = (
    _tree.NORMALISED,
    _tree.DIFFERENTIABLE,
    _tree.SMOOTH,
    _tree.BOUNDED,
    _tree.LIGHT,
)
ABBREVIATIONS = (
    _tree.SUCCESS,
    _tree.FAILURE,
    _tree.SUCCESS_NEXT,
    _tree.GAP,
    _tree.CHANGE,
    _tree.LENGTH_PLUS,
    _tree.LENGTH_MINUS,
)


def tables(tree: Tree) -> Shape:
    """The enumerated tree as the tables of a formal one."""
    return Shape(
        names=tuple("".join(map(str, p)) for p in tree.prefixes),
        complete=tuple(int(not tree.is_open(p)) for p in tree.prefixes),
        length=tuple(map(len, tree.prefixes)),
        extend=tuple(map(tuple, tree.extend.tolist())),
        begins=tuple(map(tuple, tree.begins.tolist())),
        whole=tuple(tree.responses.tolist()),
    )


def formal(step: Step) -> dict[str, Any]:
    """The tree, one update of the policy on it, and its constants, under their formal names."""
    theta, w, reward = map(to_balls, (step.theta, step.w, step.reward))

    eta = arb(step.eta)
    return {
        **tables(step.policy.tree).functions(),
        "logp": on_line(lambda at: step.policy.prefix_log_probs(theta + at * w)),
        "score": on_line(lambda at: step.policy.prefix_scores(theta + at * w, w)),
        "r": lambda o: reward[o],
        "eta": eta,
        "L": arb(step.smoothness),
        "G": arb(step.score_bound),
        "T": arb(step.longest),
        "T_psi": arb(step.length_norm),
        "Real": [-eta, arb(0), eta / 4, eta],
    }


def gentle(step: Step) -> Step:
    """The same step, shortened until log odds change by at most 100."""
    while abs(float(step.measure().delta_log_odds)) > 100:
        step = replace(step, eta=step.eta / 10)
    return step


def bits(step: Step) -> int:
    """1 - J' is computed as such."""
    return BITS + 2 * int(abs(float(step.measure().log_odds_next))) + 8


# -- the hypotheses ------------------------------------------------------------------------------


@pytest.mark.slow
@examples(40)
@given(seeds, st.floats(-27.6, 27.6))
def test_enumerated_trees_have_every_formal_hypothesis(seed: int, log_odds: float) -> None:
    step = gentle(_tree_step.draw(np.random.default_rng(seed), log_odds))
    with ball_precision(BITS):
        values = formal(step)
        for h in ABOUT_THE_TREE:
            assert decide(h.formula, values) is Truth.TRUE, h.name
        for h in ABOUT_THE_POLICY:
            assert decide(h.formula, values).kept, h.name


SMALL = Tree(2, 3)  # prefixes (), 0, 1, 10, 11, 110, 111; responses 0, 10, 110, 111
FEATURES = np.array([[[1.0], [0]], [[0], [2]], [[1], [-1]]])
STEP = Step(
    log_linear(SMALL, FEATURES, np.zeros((3, 2))),
    np.array([0.3]),
    np.ones(1),
    0.5,
    np.array([1.0, 0, 1, 0]),
)
SHAPE = tables(SMALL)


def entry(table: tuple[tuple[int, ...], ...], row: int, column: int, value: Any) -> Any:
    rows = [list(r) for r in table]
    rows[row][column] = value
    return tuple(map(tuple, rows))


def swapped(whole: tuple[int, ...]) -> tuple[int, ...]:
    return (whole[1], whole[0], *whole[2:])


def at(prefix: int, more: float, name: str = "logp") -> dict[str, Any]:
    """The function changed at one prefix."""
    with ball_precision(BITS):
        before = formal(STEP)[name]
    return {name: lambda p, time: before(p, time) + (more if p == prefix else 0)}


PLANTED_SHAPES = {
    "a response is dropped": (
        replace(SHAPE, whole=SHAPE.whole[:-1], begins=tuple(row[:-1] for row in SHAPE.begins)),
        {"ending"},
    ),
    "two responses are exchanged": (replace(SHAPE, whole=swapped(SHAPE.whole)), {"ending"}),
    "a response does not begin with the root": (
        replace(SHAPE, begins=entry(SHAPE.begins, 0, 1, 0)),
        {"rooted", "branching"},
    ),
    "a response leaves its branch": (
        replace(SHAPE, begins=entry(SHAPE.begins, 2, 3, 0)),
        {"branching"},
    ),
    "a response ends twice": (
        replace(SHAPE, begins=entry(SHAPE.begins, 1, 1, 1)),
        {"branching", "ending"},
    ),
    "a response begins with half a prefix": (
        replace(SHAPE, begins=entry(SHAPE.begins, 2, 1, arb(1) / 2)),
        {"branching", "indicators"},
    ),
    "the root has a token": (
        replace(SHAPE, length=(1, *SHAPE.length[1:])),
        {"rooted", "branching"},
    ),
    "a response has no token": (
        replace(SHAPE, length=(0, 0, *SHAPE.length[2:])),
        {"branching", "nonempty"},
    ),
    "a prefix is too long": (
        replace(SHAPE, length=(*SHAPE.length[:4], 3, *SHAPE.length[5:])),
        {"branching"},
    ),
    "a response goes on": (
        replace(
            SHAPE, complete=(0, 0, *SHAPE.complete[2:]), extend=((1, 2), (1, 1), *SHAPE.extend[2:])
        ),
        {"branching", "normalised"},
    ),
    "an open prefix is a response": (
        replace(SHAPE, complete=(0, 1, 0, 1, 1, *SHAPE.complete[5:])),
        {"ending"},
    ),
    "a token is counted twice": (
        replace(SHAPE, extend=((1, 2), (-1, -1), (3, 3), *SHAPE.extend[3:])),
        {"branching", "normalised"},
    ),
}

PLANTED_VALUES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, set()),
    "the tree is deeper than T": ({"T": arb(2)}, {"branching"}),
    "the root has a probability below 1": (at(0, -0.1), {"normalised"}),
    "a prefix has a probability of its own": (at(2, 0.1), {"normalised"}),
    "the probability of a response moves": (at(6, 1e-20), {"normalised"}),
    "the score of a response is another one": (at(6, 1e-20, "score"), {"differentiable"}),
    "scores above G": ({"G": arb(STEP.score_bound) * 0.99}, {"bounded"}),
    "G below 0": ({"G": arb(-1)}, {"bounded"}),
    "scores that change faster than L": ({"L": arb(STEP.smoothness) * 0.8}, {"smooth"}),
    "L below 0": ({"L": arb(-1)}, {"smooth"}),
    "lengths of a larger norm": ({"T_psi": arb(STEP.length_norm) * 0.99}, {"light"}),
    "T_psi below 0": ({"T_psi": arb(-1)}, {"light"}),
}
PLANTED = {
    **{name: (shape.functions(), broken) for name, (shape, broken) in PLANTED_SHAPES.items()},
    **PLANTED_VALUES,
}


@pytest.mark.parametrize(("changes", "broken"), PLANTED.values(), ids=PLANTED)
def test_a_planted_defect_breaks_its_hypothesis(changes: dict[str, Any], broken: set[str]) -> None:
    with ball_precision(BITS):
        values = {**formal(STEP), **changes}
        hypotheses = (*ABOUT_THE_TREE, *ABOUT_THE_POLICY)
        found = {h.name for h in hypotheses if decide(h.formula, values) is Truth.FALSE}
    assert found == broken


def test_every_hypothesis_is_seen_to_break() -> None:
    seen = set().union(*(broken for _, broken in PLANTED.values()))
    assert seen == {h.name for h in (*ABOUT_THE_TREE, *ABOUT_THE_POLICY)}


# -- the evaluation ------------------------------------------------------------------------------

YES, NO = eq(1, 1), eq(0, 1)
SAME, WIDE = eq(exp(1), exp(1)), eq(var("wide"), 1)  # balls that overlap, narrow and wide
NONE = const(0) <= const(1) / 0
x, n = var("x"), var("n", NAT)
TRUE, EQUAL, SAMPLED, OPEN, UNDEFINED, FALSE = reversed(Truth)

TRUTHS = [
    (SAME, EQUAL),
    (WIDE, OPEN),
    (NONE, UNDEFINED),
    (const(1) <= 1, TRUE),
    (exp(1) <= 2, FALSE),
    (exp(1) <= exp(1), EQUAL),
    (const(1) < 1, FALSE),
    (exp(1) < exp(1), OPEN),
    (negate(NO), TRUE),
    (negate(SAME), OPEN),
    (negate(NONE), UNDEFINED),
    (conj(YES, SAME), EQUAL),
    (conj(WIDE, NO), FALSE),
    (conj(NONE, NO), FALSE),
    (either(NO, WIDE), OPEN),
    (either(WIDE, YES), TRUE),
    (either(NO, NO), FALSE),
    (implies(NO, NONE), TRUE),
    (implies(YES, NO), FALSE),
    (implies(SAME, NO), OPEN),
    (implies(WIDE, YES), TRUE),
    (forall(n, n < 3), SAMPLED),
    (forall(n, n < 2), FALSE),
    (forall(x, x <= 1), SAMPLED),
    (forall(o, eq(total(o, size), 3 * size)), TRUE),
    (has_derivative(x, exp(2 * x), 2 * exp(2 * x)), SAMPLED),
    (has_derivative(x, exp(2 * x), exp(2 * x)), FALSE),
    (has_derivative(x, exp(2 * x), 2 * exp(2 * x) + const(1) / 10**20), FALSE),
]
"""Only "false" is certain of what is tried at listed numbers."""


@pytest.mark.parametrize(("formula", "expected"), TRUTHS, ids=range(len(TRUTHS)))
def test_formulas_are_decided_as_far_as_balls_can_tell(formula: Term, expected: Any) -> None:
    values = {
        "wide": arb(1, 0.1),
        "Nat": range(3),
        "Real": [arb(0), arb(1)],
        "Response": range(3),
        "whole": lambda o: o,
        "length": lambda p: 2,
    }
    with ball_precision(BITS):
        assert decide(formula, values) is expected


def test_a_name_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(KeyError, match="Nat"):
        decide(forall(n, n < 3), {})
    with pytest.raises(ValueError, match="not a formula"):
        decide(exp(1), {})


# -- abbreviations and conclusions ---------------------------------------------------------------


@examples(40)
@given(seeds, st.floats(-27.6, 27.6))
def test_every_abbreviation_on_a_tree_is_what_is_measured(seed: int, log_odds: float) -> None:
    step = gentle(_tree_step.draw(np.random.default_rng(seed), log_odds))
    with ball_precision(bits(step)):
        values, numbers = formal(step), _tree_step.measured(step)
        for notation in ABBREVIATIONS:
            name = str(notation.symbol.data)
            found = evaluate(notation.body, values)
            assert found.overlaps(arb(numbers[name])), name
            assert found.rad() < 1e-30 * abs(found) + 1e-30, name


def test_a_slip_in_an_abbreviation_on_a_tree_is_noticed() -> None:
    with ball_precision(BITS):
        values, numbers = formal(STEP), _tree_step.measured(STEP)
        table = {str(n.symbol.data): evaluate(n.body, values) for n in ABBREVIATIONS}
        for name, found in table.items():
            overlapping = {other for other in table if found.overlaps(arb(numbers[other]))}
            assert overlapping == {name}


def averaged(step: Step, values: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Any values at the responses, and means of the values at the children before them."""
    tree = step.policy.tree
    V = to_balls(rng.normal(size=len(tree.prefixes)))
    for p in tree.open_prefixes[::-1]:
        children = tree.extend[p]
        steps = [values["logp"](child, arb(0)) - values["logp"](p, arb(0)) for child in children]
        V[p] = np.exp(np.array(steps)) @ V[children]
    return {"V": lambda p: V[p]}


CONCLUSIONS = (
    "tower_property",
    "token_regularity",
    "token_supermartingale",
    "token_moment",
    "lemma_2",
    "lemma_2_sharp",
    "token_sharp_step",
)


@pytest.mark.parametrize(
    "slug", [pytest.param(s, id=s, marks=pytest.mark.claim(s)) for s in CONCLUSIONS]
)
def test_the_formal_conclusion_holds_on_random_trees(slug: str) -> None:
    statement = STATEMENTS[slug]

    @examples(12)
    @given(seeds, st.floats(-10, 10))
    def holds(seed: int, log_odds: float) -> None:
        rng = np.random.default_rng(seed)
        draw = _tree_step.draw_short if slug.startswith("lemma") else _tree_step.draw
        step = gentle(draw(rng, log_odds))
        with ball_precision(bits(step)):
            values = formal(step)
            values |= {
                **averaged(step, values, rng),
                "o": rng.integers(step.policy.n),
                "t": values["eta"] * arb(rng.uniform()),
                "u": values["eta"] if slug != "token_moment" else arb(step.short),
            }
            found = check(statement, values, statement.formal_conclusion)
        assert found
        for one in found:
            assert one.holds or (one.relation == "eq" and one.holds is None), one

    holds()


@examples(20)
@given(seeds, st.floats(-27.6, 27.6))
def test_drawn_steps_lie_below_the_threshold_of_which_a_branch_is_enough(
    seed: int, log_odds: float
) -> None:
    """The hypothesis has an "or", and is not compared where all claims are tested."""
    (below,) = (h for h in token_eta_safe.STATEMENT.hypotheses if h.name == "below_threshold")
    values = {**token_eta_safe.draw(np.random.default_rng(seed), log_odds)}
    with ball_precision(BITS):
        assert decide(below.formula, values) is Truth.TRUE
        assert decide(below.formula, {**values, "eta": arb(0)}) is Truth.FALSE
