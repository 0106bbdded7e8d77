"""Functions into index sets and into the numbers, equal elements, and one index set for another."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.depth import examples
from theory.kernel import proof as p
from theory.kernel import terms as t
from theory.kernel.models import Model, Numbered, interpret
from theory.kernel.obligations import smtlib
from theory.kernel.solvers import SOLVERS, decide
from theory.kernel.syntax import to_text
from theory.kernel.terms import NAT, REAL, KernelError, Lambda, Sort, Symbol, Term, eq, lift, var
from theory.kernel.verdict import check_case
from theory.ledger.export import PROOFS, decode, decode_model, encode, encode_model, replay, write
from theory.ledger.run import build
from theory.reading import from_text
from theory.statements import STATEMENTS

ITEM, OTHER = Sort("Item"), Sort("Other")
x, y, n = var("x"), var("y"), var("n", NAT)
i, j, k = (var(name, ITEM) for name in "ijk")
u, v, w = (var(name, OTHER) for name in "uvw")
weight, size = Symbol("weight", (ITEM,)), Symbol("size", (ITEM,), NAT)
step, merge = Symbol("step", (ITEM,), ITEM), Symbol("merge", (ITEM, ITEM), ITEM)
bucket, floor = Symbol("bucket", (REAL,), ITEM), Symbol("floor", (REAL,), NAT)


def proved(proof: p.Proof) -> bool:
    return all(decide(q.text, 5).verdict == "proved" for q in proof.obligations().values())


# -- what may be written ---------------------------------------------------------------------------

ILL_FORMED: dict[str, Callable[[], object]] = {
    "values that are formulas": lambda: Symbol("f", (ITEM,), t.BOOL),
    "elements of two sets": lambda: eq(i, u),
    "an element and a number": lambda: eq(i, 1),
    "a number and an element": lambda: eq(lift(1), i),
    "a value of the wrong set": lambda: step(u),
    "an element as a number": lambda: t.exp(step(i)),
    "an element in a sum": lambda: t.total(i, step(i)),
    "an element as a count": lambda: t.prefix_sum(n, step(i), x),
    "a real value as a count": lambda: t.prefix_sum(n, weight(i), x),
    "a count less one": lambda: t.prefix_sum(n, size(i) - 1, x),
    **{op: (lambda op=op: Term(op, (i, j))) for op in ("le", "lt", "add", "mul", "div", "max")},
    "text, three colons": lambda: from_text("(@f:Item:Item:Item i:Item)"),
    "text, no sort": lambda: from_text("(@f:Item: i:Item)"),
    "text, elements of two sets": lambda: from_text("(eq i:Item u:Other)"),
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_an_element_is_not_a_number_and_a_real_value_is_not_a_natural_one(name: str) -> None:
    with pytest.raises(KernelError):
        ILL_FORMED[name]()
    assert step(i).sort == ITEM and size(step(i)).sort == NAT and weight(i).sort == REAL
    assert eq(step(i), j).sort == t.BOOL and t.prefix_sum(n, size(i) * 2 + 1, x).sort == REAL


ELEMENTS = st.recursive(
    st.sampled_from([i, j, k]),
    lambda inner: st.builds(step, inner) | st.builds(merge, inner, inner),
    max_leaves=4,
)
NATURALS = st.builds(size, ELEMENTS) | st.builds(t.const, st.integers(0, 3))
SUMS = NATURALS | st.builds(lambda a, b: t.total(i, a + b), NATURALS, NATURALS)


def bigger(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    joined = st.builds(t.implies, inner, inner) | st.builds(t.conj, inner, inner)
    bound = st.builds(t.forall, st.sampled_from([i, j]), inner)
    return joined | bound | st.builds(t.negate, inner)


RELATIONS = st.builds(eq, ELEMENTS, ELEMENTS) | st.builds(lambda a, b: a <= b, SUMS, SUMS)
FORMULAS = st.recursive(RELATIONS, bigger, max_leaves=5)
SAME_NAME = [Symbol("f", (), s) for s in (REAL, NAT, ITEM, OTHER)]
SAME_NAME += [Symbol("f", (s,), r) for s in (REAL, ITEM) for r in (REAL, NAT, ITEM, OTHER)]


@given(FORMULAS, FORMULAS)
def test_formulas_about_elements_are_read_back_as_they_were_written(a: Term, b: Term) -> None:
    again = from_text(to_text(a))
    assert again == a and again.free == a.free and again.symbols == a.symbols
    assert (to_text(a) == to_text(b)) == (a == b)


def test_symbols_that_differ_in_their_values_alone_stay_apart() -> None:
    applied = [f(*(x if s == REAL else i for s in f.sorts)) for f in SAME_NAME]
    assert len(set(map(to_text, applied))) == len(applied)
    assert [from_text(to_text(term)) for term in applied] == applied
    assert [decode(encode(f)) for f in SAME_NAME] == SAME_NAME
    numbers = [term for term in applied if not term.sort.finite]
    assert all(proved(p.solve(eq(a, b))) == (a == b) for a in numbers for b in numbers)
    minus = {Symbol("size", (ITEM,)): Lambda((i,), lift(-1))}
    nonnegative = p.solve(0 <= size(i))
    assert p.instantiate(nonnegative, functions=minus).sequent == nonnegative.sequent


# -- what the solvers know -------------------------------------------------------------------------

POOL = st.sampled_from([i, j, k, step(i), step(j), bucket(x)])


Pair = tuple[Term, Term]


@examples(60)
@given(st.lists(st.tuples(POOL, POOL), max_size=6), st.tuples(POOL, POOL))
def test_equality_follows_from_a_chain_of_equations_only(pairs: list[Pair], asked: Pair) -> None:
    reached = {asked[0]}
    for _ in pairs:
        reached |= {b for pair in pairs for b in pair if reached & set(pair)}
    expected = {"unsat"} if asked[1] in reached else {"sat"}
    text = smtlib(tuple(eq(a, b) for a, b in pairs), eq(*asked))
    assert {solver(text, 5) for solver in SOLVERS.values()} == expected


def test_nothing_arithmetic_is_known_of_elements_and_nothing_of_functions_of_them() -> None:
    assert proved(p.solve(eq(i, k), p.assume(eq(i, j)), p.assume(eq(j, k))))
    unknown = (eq(i, j), t.negate(eq(i, j)), Term("or", (eq(i, j), eq(j, k), eq(i, k))))
    for goal in (*unknown, eq(weight(i), 0), t.negate(eq(step(i), i)), 1 <= size(i)):
        assert not proved(p.solve(goal))
    same = p.assume(eq(i, j))
    assert not proved(p.solve(eq(weight(i), weight(j)), same))
    inside = p.congruence(same, k, size(merge(k, i))).conclusion
    assert inside == eq(size(merge(i, i)), size(merge(j, i)))
    for hole in (x, n, u, step(i)):
        with pytest.raises(t.SortError):
            p.congruence(same, hole, weight(i))
    with pytest.raises(t.CaptureError):
        p.congruence(same, k, t.total(i, weight(merge(i, k))))


def test_natural_values_are_known_to_be_nonnegative_and_nothing_else() -> None:
    assert proved(p.solve(0 <= size(i))) and not proved(p.solve(0 <= weight(i)))
    assert not proved(p.solve(t.negate(eq(size(i), t.const(1) / 2))))


def test_a_denominator_inside_an_element_is_asked_about() -> None:
    goal = eq(bucket(1 / x), bucket(1 / x))
    assert not proved(p.conclude(goal)) and proved(p.conclude(goal, p.assume(0 < x)))


# -- rules -----------------------------------------------------------------------------------------

SAME, NATURAL = p.solve(eq(step(i), step(i))), p.generalise(p.solve(0 <= floor(x)), x)
FIXED, EVERY = p.assume(t.forall(i, eq(step(i), i))), p.assume(t.forall(n, 0 <= n))


def means(symbol: Symbol, param: Term, body: Term) -> p.Proof:
    functions = {symbol: Lambda((param,), body)}
    return p.instantiate(NATURAL if symbol == floor else FIXED, functions=functions)


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a real body": ("of floor must have sort Nat", lambda: means(floor, x, x)),
    "a negative body": ("of floor must have sort Nat", lambda: means(floor, x, floor(x) - 1)),
    "a number for an element": ("of step must have sort Item", lambda: means(step, i, size(i))),
    "another set's element": ("of step must have sort Item", lambda: means(step, i, u)),
    "a captured element": ("would be captured", lambda: means(step, j, i)),
    "a real for all naturals": ("must have sort Nat", lambda: p.specialise(EVERY, weight(i))),
    "a sum of elements": ("argument of sum", lambda: p.sum_monotone(SAME, i)),
    "the slope of an element": ("argument of deriv", lambda: p.differentiate(x, i)),
    "the slope of a natural": ("no derivative", lambda: p.differentiate(x, floor(x))),
    "induction on a value": ("only variables", lambda: p.induction(size(i), t.TRUE, SAME, SAME)),
    "a real number of steps": ("must have sort Nat", lambda: p.prefix_step(n, weight(i), x)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_rule_takes_an_element_for_a_number_or_a_number_for_a_natural_one(name: str) -> None:
    reason, attempt = REFUSED[name]
    with pytest.raises(KernelError, match=reason):
        attempt()


def test_rules_take_values_of_the_right_sort() -> None:
    assert means(floor, x, lift(2)).conclusion == t.forall(x, 0 <= lift(2))
    assert means(step, j, merge(j, j)).conclusion == t.forall(i, eq(merge(i, i), i))
    assert p.specialise(EVERY, size(i)).conclusion == (0 <= size(i))
    assert p.sum_monotone(p.solve(eq(size(i), size(i))), i).conclusion.op == "eq"
    longer, shorter = (t.prefix_sum(n, count, n) for count in (size(i) + 1, size(i)))
    assert p.prefix_step(n, size(i), n).conclusion == eq(longer, shorter + size(i))


# -- one index set for another ---------------------------------------------------------------------

BOUND = p.assume(t.forall(i, weight(i) <= weight(j)))
BOTH = p.assume(t.forall(i, t.forall(u, eq(weight(i), Symbol("weight", (OTHER,))(u)))))
COLLISIONS: dict[str, tuple[p.Proof, Term, Term]] = {
    "a free index meets a bound one": (BOUND, j, i),
    "a bound index meets a free one": (BOUND, i, j),
    "two sets, one name": (BOTH, i, u),
    "a name that an index keeps": (p.assume(eq(var("u", ITEM), k)), k, u),
    "one name in two sets": (p.assume(t.conj(eq(i, i), eq(var("i", OTHER), u))), k, v),
    "a hypothesis": (p.solve(eq(i, i), p.assume(eq(u, u))), i, u),
}


@pytest.mark.parametrize("name", COLLISIONS)
def test_two_indices_never_become_one(name: str) -> None:
    proof, old, new = COLLISIONS[name]
    with pytest.raises(t.CaptureError, match="would both be called"):
        p.rename_index(proof, old, new)
    p.rename_index(proof, old, var("fresh", old.sort))


NOT_AN_INDEX = (x, n, step(i), size(i), lift(1), t.TRUE, var("b", t.BOOL))


@pytest.mark.parametrize("other", NOT_AN_INDEX, ids=to_text)
def test_only_an_index_has_another_name(other: Term) -> None:
    for old, new in ((i, other), (other, i)):
        with pytest.raises(t.SortError, match="only an index"):
            p.rename_index(BOUND, old, new)
    with pytest.raises(KernelError, match="takes 1 premises"):
        p.infer("rename_index", (BOUND, BOUND), i, u)


def test_everything_about_one_index_set_is_read_about_the_other() -> None:
    claim = t.forall(i, t.implies(eq(step(i), j), size(i) <= t.total(k, weight(k))))
    meeting = eq(Symbol("c", (ITEM,), OTHER)(j), u)
    both = p.part(p.both(p.assume(claim), p.assume(meeting)), 0)
    moved = p.rename_index(both, k, v)
    assert moved.conclusion == from_text(
        "(forall i:Other (implies (eq (@step:Other:Other i:Other) j:Other)"
        " (le (@size:Other:Nat i:Other) (sum v:Other (@weight:Other v:Other)))))"
    )
    meeting = from_text("(eq (@c:Other:Other j:Other) u:Other)")
    assert moved.hypotheses == {moved.conclusion, meeting}


# -- models ----------------------------------------------------------------------------------------

NAMES = ("a", "b", "c")
SIZES = {("a",): 0, ("b",): 1, ("c",): 3}
STEPS = {("a",): "b", ("b",): "c", ("c",): "c"}
MERGES = {pair: min(pair) for pair in product(NAMES, NAMES)}
MAPS = {step: STEPS, merge: MERGES, bucket: {(): "b"}}
ROWS = {size: {row: Lambda((), lift(number)) for row, number in SIZES.items()}}
MODEL = Model({ITEM: NAMES}, ROWS, {x: lift(5)}, {k: "b"}, MAPS)


# A name for one element, and one for a run of them; a number says which.
LAST, COUNTED = 2, range(6)
RUN = [("a", 0), *(("r", number) for number in range(LAST + 1))]
h, last = var("h", NAT), var("last", NAT)
IN_RUN = Model(
    {ITEM: ("a", "r")},
    {size: {("a",): Lambda((), lift(1)), ("r",): Lambda((n,), n * 2)}},
    elements={k: Numbered("r", Lambda((), lift(1)))},
    maps={
        step: {
            ("a",): Numbered("r", Lambda((), last)),
            ("r",): Numbered("r", Lambda((n,), n + 1)),
        },
        merge: {
            ("a", "a"): "a",
            ("a", "r"): Numbered("r", Lambda((n,), n * n)),
            ("r", "a"): "a",
            ("r", "r"): Numbered("r", Lambda((n, h), n + h * 2)),
        },
        bucket: {(): "a"},
    },
    runs={"r": last},
    parameters=frozenset([last]),
)


def place(number: int) -> tuple[str, int]:
    return "r", min(number, LAST)


def merged(first: tuple[str, int], second: tuple[str, int]) -> tuple[str, int]:
    if second[0] == "a":
        return "a", 0
    return place(second[1] ** 2 if first[0] == "a" else first[1] + 2 * second[1])


Meaning = Mapping[Symbol, Callable[..., Any]]
OF_NAMES: Meaning = {
    size: lambda a: SIZES[(a,)],
    step: lambda a: STEPS[(a,)],
    merge: lambda *row: MERGES[row],
    bucket: lambda _: "b",
}
OF_RUN: Meaning = {
    size: lambda e: 1 if e[0] == "a" else 2 * e[1],
    step: lambda e: place(LAST if e[0] == "a" else e[1] + 1),
    merge: merged,
    bucket: lambda _: ("a", 0),
}


def value(term: Term, at: Mapping[Term, Any], of: Meaning = OF_NAMES) -> Any:
    """Its meaning in MODEL or IN_RUN: an evaluator of its own."""
    if term.op in ("var", "const"):
        return at[term] if term.op == "var" else term.data
    if term.op in ("forall", "sum", "prefix"):
        index, body = term.args[0], term.args[-1]
        elements: Any = RUN if of is OF_RUN else NAMES
        if term.op == "prefix":
            elements = range(int(value(term.args[1], at, of)))
        elif index.sort == NAT:
            elements = COUNTED
        every = [value(body, {**at, index: e}, of) for e in elements]
        return all(every) if term.op == "forall" else sum(every)
    args = [value(a, at, of) for a in term.args]
    if isinstance(term.data, Symbol):
        return of[term.data](*args)
    match term.op:
        case "eq" | "le":
            return args[0] == args[1] if term.op == "eq" else args[0] <= args[1]
        case "not" | "implies":
            return not args[0] or (term.op == "implies" and args[1])
        case "min" | "mul":
            return min(args) if term.op == "min" else args[0] * args[1]
    assert term.op in ("add", "and", "true")
    return sum(args) if term.op == "add" else all(args)


@given(FORMULAS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_formula_in_a_model_says_what_it_says_of_the_elements(
    formula: Term, first: str, second: str
) -> None:
    at = {i: first, j: second, k: "b"}
    written_out = interpret(formula, replace(MODEL, elements=at))
    assert not written_out.free and not written_out.symbols
    assert value(written_out, {}) == value(formula, at)


@given(FORMULAS)
def test_a_formula_in_a_model_with_a_run_says_it_of_every_number_in_it(formula: Term) -> None:
    """Sums become sums of so many terms, and "for all" speaks of all numbers up to the last."""
    closed = t.forall(i, t.forall(j, formula))
    try:
        written_out = interpret(closed, IN_RUN)
    except t.CaptureError:  # an index inside its own quantifier
        return
    assert written_out.free <= {last} and not written_out.symbols
    assert value(written_out, {last: LAST}) == value(closed, {k: ("r", 1)}, OF_RUN)


def test_a_run_has_so_many_elements_and_no_more() -> None:
    for formula, expected in [
        (eq(t.total(i, size(i)), 7), True),
        (t.forall(i, size(i) <= 4), True),
        (t.forall(i, size(i) <= 3), False),
        (t.forall(i, t.negate(eq(step(step(step(i))), k))), True),
    ]:
        assert value(interpret(formula, IN_RUN), {last: LAST}) == expected
        assert value(formula, {k: ("r", 1)}, OF_RUN) == expected


def test_names_of_numbers_in_a_run_are_not_mixed_up() -> None:
    """An index of the name of a number that the formula, the model or a run already uses."""
    number = var("i", NAT)
    inner = t.forall(i, t.forall(number, size(i) <= number))
    for formula in (inner, t.forall(i, size(i) <= number), t.forall(i, t.forall(i, 0 <= size(i)))):
        with pytest.raises(t.CaptureError):
            interpret(formula, IN_RUN)
    with pytest.raises(t.CaptureError):
        interpret(t.forall(var("last", ITEM), 0 <= lift(1)), IN_RUN)


def test_an_element_chosen_by_a_number_is_compared_case_by_case() -> None:
    """The values at 0, 1 and from 2 on are a, c and b; no rule or function may forget the cases."""
    walk = Symbol("walk", (NAT,), ITEM)
    model = replace(MODEL, maps={**MAPS, walk: {(): ("a", "c", "b")}})
    for name, reached in (("a", {0}), ("c", {1}), ("b", {2, 3, 4, 5})):
        formula = interpret(eq(walk(n), k), replace(model, elements={k: name}))
        assert {number for number in COUNTED if value(formula, {n: number})} == reached
    after = interpret(eq(step(walk(n)), walk(n + 1)), model)
    assert [value(after, {n: number}) for number in range(4)] == [False, False, False, False]
    same = interpret(eq(merge(walk(n), walk(n)), walk(n)), model)
    assert all(value(same, {n: number}) for number in COUNTED)
    with pytest.raises(KernelError, match="which element size is about depends on a number"):
        interpret(0 <= size(walk(n)), model)
    by_real = replace(MODEL, maps={**MAPS, bucket: {(): ("a", "b")}})
    with pytest.raises(KernelError, match="natural number"):
        interpret(eq(bucket(y), k), by_real)


@given(FORMULAS)
def test_another_name_of_an_index_set_changes_nothing_in_a_model(formula: Term) -> None:
    closed = t.forall(i, t.forall(j, t.forall(k, formula)))
    moved = p.rename_index(p.assume(closed), k, w)
    document = json.dumps(encode_model(replace(MODEL, elements={}))).replace("Item", "Other")
    there = decode_model(json.loads(document))
    assert interpret(moved.conclusion, there) == interpret(closed, MODEL)
    assert moved.hypotheses == {moved.conclusion} and not moved.conclusion.free
    assert p.rename_index(moved, w, k).conclusion == closed


AWAY = Symbol("away", (ITEM,), OTHER)
NOT_A_MODEL: dict[str, dict[str, Any]] = {
    "a value outside the set": {"maps": {step: {**STEPS, ("c",): "d"}}},
    "a value in a set that is not listed": {"maps": {AWAY: {("a",): "a"}}},
    "an element for a number": {"maps": {size: {("a",): "a"}}},
    "a real for a natural number": {"functions": {floor: {(): Lambda((x,), x)}}},
    "a number for an element": {"functions": {step: {("a",): Lambda((), lift(1))}}},
    "an element listed twice": {"domains": {ITEM: (*NAMES, "a")}},
    "an element that is not a name": {"domains": {ITEM: (*NAMES, math.nan)}},
    "a number for a single element": {"elements": {k: Numbered("b", Lambda((), lift(0)))}},
    "a run for an element": {"runs": {"b": lift(2)}},
    "a run that is not as long as a number": {"runs": {"d": t.const(1) / 2}},
    "a run of open length": {"runs": {"d": n}},
    "no value to choose": {"maps": {step: {**STEPS, ("a",): ()}}},
    "a value outside, chosen by a number": {"maps": {step: {**STEPS, ("a",): ("a", "d")}}},
}


@pytest.mark.parametrize("name", NOT_A_MODEL)
def test_what_leaves_the_index_set_is_not_a_model(name: str) -> None:
    assert replace(MODEL, domains={ITEM: (*NAMES, "d")}).maps == MAPS
    with pytest.raises(KernelError):
        replace(MODEL, **NOT_A_MODEL[name])


def test_a_model_says_which_element_everything_is() -> None:
    assert interpret(eq(step(k), merge(k, k)), MODEL) == t.negate(t.TRUE)
    assert interpret(eq(bucket(x + y), k), MODEL) == t.TRUE
    for formula, reason in [
        (eq(i, k), "which element i is"),
        (eq(Symbol("step", (ITEM,), OTHER)(k), u), "what step is"),
        (0 <= size(Symbol("new", (ITEM,), ITEM)(k)), "what new is"),
        (0 <= Symbol("size", (ITEM,))(k), "what size is"),
        (k, "not a number"),
    ]:
        with pytest.raises(KernelError, match=reason):
            interpret(formula, MODEL)
    with pytest.raises(KernelError, match="what step is at"):
        interpret(t.forall(i, eq(step(i), k)), replace(MODEL, maps={step: {("a",): "b"}}))


# -- on disk ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("export")
    write({slug: build(STATEMENTS[slug]) for slug in ("tree_sum", "node_expectation")}, folder)
    return (folder / PROOFS).read_text()


def maps(document: Any) -> Any:
    return document["claims"]["tree_sum"]["model"]["maps"]


def renaming(document: Any) -> Any:
    return next(s for s in document["steps"] if s["rule"] == "rename_index")


TAMPERED: dict[str, Callable[[Any], object]] = {
    "an element moved": lambda d: maps(d)[0].__setitem__(2, "empty"),
    "a row left out": lambda d: maps(d).pop(),
    "maps left out": lambda d: d["claims"]["tree_sum"]["model"].pop("maps"),
    "another set of values": lambda d: maps(d)[0][0].update(result="Token"),
    "values that are numbers": lambda d: maps(d)[0][0].update(result="Real"),
    "values of no sort": lambda d: maps(d)[0][0].pop("result"),
    "another index": lambda d: renaming(d)["args"][1].update(term="u:Token"),
    "another index set": lambda d: renaming(d)["args"][1].update(term="v:Vocabulary"),
    "a number as an index": lambda d: renaming(d)["args"][1].update(term="v:Real"),
    "no renaming": lambda d: renaming(d).update(rule="both", args=[]),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_elements_and_renamings_are_replayed_and_not_changed(name: str, written: str) -> None:
    document = json.loads(written)
    for slug, again in replay(document).items():
        check_case(again)
        case = build(STATEMENTS[slug])
        assert again.obligations() == case.obligations()
        assert again.instance.model == case.instance.model and case.instance.model.maps
    TAMPERED[name](document)
    with pytest.raises((KernelError, LookupError)):
        for case in replay(document).values():
            check_case(case)
