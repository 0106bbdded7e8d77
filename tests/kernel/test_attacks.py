"""Attacks on what prints a verdict, above the rules: each is refused, and its honest twin is not.

An attack makes a case of a claim that is false, or of less than the claim says. Every question is
put to both solvers; what comes back may be anything but proved, refuted or witnessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from theory.kernel import proof as p
from theory.kernel.axioms import AXIOMS
from theory.kernel.existence import Existence
from theory.kernel.instance import Instance
from theory.kernel.models import Model, interpret
from theory.kernel.rules import FACTS
from theory.kernel.sequent import Axiom
from theory.kernel.solvers import Decision, decide
from theory.kernel.statement import Hypothesis, Notation, Statement
from theory.kernel.terms import (
    NAT,
    REAL,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    conj,
    const,
    eq,
    forall,
    has_derivative,
    lift,
    log,
    negate,
    prefix_sum,
    total,
    var,
)
from theory.kernel.verdict import Case, verdict
from theory.ledger.export import PROOFS, write
from theory.ledger.recheck import judge
from theory.ledger.run import build
from theory.statements import STATEMENTS

ITEM = Sort("Item")
a, b, x, t, n = var("a"), var("b"), var("x"), var("t"), var("n", NAT)
i, j = var("i", ITEM), var("j", ITEM)
f, weight, row = Symbol("f", (REAL,)), Symbol("weight", (ITEM,)), Symbol("row", (NAT,))
FALSE, TRUE = lift(0) < 0, p.solve(lift(0) < 1)
POSITIVE = Hypothesis("positive", 0 < x, "")


def claim(conclusion: Term, *hypotheses: Hypothesis, **fields: Any) -> Statement:
    return Statement("claim_of_an_attack", "", "", "lower", hypotheses, conclusion, **fields)


def at(value: int, proofs: dict[str, p.Proof], negation: p.Proof | None = None) -> Instance:
    return Instance(Model({}, {}, {x: lift(value)}), proofs, {}, negation)


def outcome(make: Callable[[], Any]) -> str:
    """The verdict, or why there is none."""
    try:
        case = make()
        asked = {d: decide(o.text, 5) for d, o in case.obligations().items()}
        return verdict(case, asked)
    except KernelError as error:
        return str(error)


# -- a proof for another ---------------------------------------------------------------------------


def one_row_more(name: str = "claim", proof: p.Proof | None = None) -> Case:
    """The proof of the claim, and a true sentence under its name."""
    return Case(claim(FALSE), proof or p.conclude(FALSE), at(0, {name: TRUE}))


def hypothesis_called(name: str, conclusion: Term = 1 < x) -> Case:
    """An honest hypothesis with an unlucky name."""
    statement = claim(conclusion, Hypothesis(name, 0 < x, ""))
    return Case(statement, p.conclude(conclusion, p.assume(0 < x)), at(1, {name: TRUE}))


def counter(name: str, value: int) -> Case:
    """x > 0 implies x > 1, refuted at a value, whose hypothesis is proved or not."""
    statement = claim(1 < x, Hypothesis(name, 0 < x, ""), expected="refuted")
    shown = {name: p.solve(lift(0) < value)}
    return Case(statement, None, at(value, shown, p.conclude(negate(lift(1) < value))))


def magic() -> Case:
    return one_row_more(proof=p.conclude(FALSE, p.axiom(Axiom("magic", (), (), FALSE, ""))))


def undefined_counterexample(value: int) -> Case:
    """log x = log x fails nowhere; 0 < log x - log x fails wherever log x is a number."""
    negation = p.conclude(negate(0 < log(lift(value)) - log(lift(value))))
    statement = claim(0 < log(x) - log(x), expected="refuted")
    return Case(statement, None, at(value, {}, negation))


def both_ways() -> Case:
    case = hypothesis_called("positive", 0 < x)
    denied = p.conclude(negate(lift(0) < 1))
    return replace(case, instance=replace(case.instance, negation=denied))


class Lying(Statement):
    @property
    def formal_conclusion(self) -> Term:
        return lift(0) < 1


def lying_statement() -> Case:
    statement = Lying("lying", "", "", "lower", (), FALSE)
    return Case(statement, p.conclude(lift(0) < 1), at(0, {}))


# -- less than the claim ---------------------------------------------------------------------------

ABOVE = Hypothesis("positive", 0 < a, "a parameter")
FEW = Hypothesis("few", total(i, 1) <= a, "the index set is chosen with the functions")


def existence(given: Hypothesis, conclusion: Term, *parameters: Term) -> Statement:
    free = parameters or (a, b)
    return Statement("family", "", "", "exists", (given,), conclusion, (), free, "witnessed")


def family(conclusion: Term, model: Callable[[], Model], *parameters: Term) -> Case:
    """For all parameters, where 0 < a, there is an f with the properties."""
    base = existence(ABOVE, conclusion, *parameters)
    made = model()
    goal = interpret(conclusion, made)
    proof = p.both(*(p.conclude(part) for part in goal.args))
    witness = Instance(Model({}, {}, {v: lift(1) for v in parameters}), {"positive": TRUE}, {})
    return Case(base, proof, witness, Existence(made, proof, {}))


def constant(body: Term, values: dict[Term, Term], *parameters: Term) -> Callable[[], Model]:
    return lambda: Model(
        {}, {f: {(): Lambda((x,), body)}}, values, parameters=frozenset(parameters)
    )


AT_MOST_ONE = conj(eq(f(0), a), eq(a, 1))
TWO_ENDS = conj(eq(f(0), a), eq(f(1), b))


def one_instance(**fields: Any) -> Case:
    """One instance of theorem_2 in the place of all of them."""
    case = build(STATEMENTS["theorem_2"])
    assert case.existence is not None
    values = {v: case.instance.model.values[v] for v in case.statement.parameters}
    model = replace(case.existence.model, values=values, **fields)
    return replace(case, existence=replace(case.existence, model=model))


# -- numbers that are not defined ------------------------------------------------------------------


def sums(goal: Term, known: p.Proof, hypothesis: Term) -> Case:
    """A hypothesis about one element, and a conclusion about all of them."""
    statement = claim(goal, Hypothesis("positive", hypothesis, ""))
    rows = {("u",): Lambda((), lift(1)), ("v",): Lambda((), lift(1))}
    model = Model(
        {ITEM: ("u", "v")}, {weight: rows, row: {(): Lambda((n,), lift(1))}}, {n: lift(0)}, {i: "u"}
    )
    shown = TRUE
    if hypothesis.op == "forall":
        shown = p.generalise(TRUE, n) if hypothesis.args[0] == n else p.both(TRUE, TRUE)
    witness = Instance(model, {"positive": shown}, {})
    return Case(statement, p.conclude(goal, known), witness)


LOGS = total(i, log(weight(i)) / weight(i))
INVERSES = prefix_sum(n, n + 1, 1 / row(n))


def slope(function: Term, derivative: Term, known: p.Proof, *facts: p.Proof) -> Case:
    """A derivative by another name."""
    raw = p.differentiate(t, const(0), known) if facts else p.differentiate(t, const(0))
    found = p.rename_derivative(
        raw, p.solve(eq(const(0), function), *facts), p.solve(eq(const(0), derivative), *facts)
    )
    goal = has_derivative(t, function, derivative)
    return Case(claim(goal), p.conclude(goal, found, *facts), at(0, {}))


SQUARES = 1 + t**2
NOT_ZERO = p.solve(0 < SQUARES)

ATTACKS: dict[str, tuple[Callable[[], Any], str]] = {
    "a row called claim": (one_row_more, "no proof, or no hypothesis, is called claim"),
    "a row called negation": (lambda: one_row_more("negation"), "is called negation"),
    "a hypothesis called claim": (lambda: hypothesis_called("claim"), "undecided"),
    "a hypothesis called negation": (lambda: counter("negation", 0), "undecided"),
    "an invented axiom": (magic, "rests on magic"),
    "a proof and a refutation": (both_ways, "either a proof or a refutation"),
    "no proof": (lambda: replace(hypothesis_called("h"), proof=None), "either a proof or"),
    "a statement of another class": (lying_statement, "not a statement"),
    "a counterexample where the claim is undefined": (
        lambda: undefined_counterexample(-1),
        "undecided",
    ),
    "a case without a question": (
        lambda: Case(
            claim(has_derivative(t, t, const(1))),
            p.conclude(has_derivative(t, t, const(1)), p.differentiate(t, t)),
            at(0, {}),
        ),
        "undecided",
    ),
    "a parameter with a value": (
        lambda: family(AT_MOST_ONE, constant(lift(1), {a: lift(1)}, a), a),
        "value to a parameter",
    ),
    "a parameter that the model leaves out": (
        lambda: family(AT_MOST_ONE, constant(lift(1), {a: lift(1)}), a),
        "those of the statement",
    ),
    "a parameter that the statement leaves out": (
        lambda: family(TWO_ENDS, constant(a, {b: a}, a), a),
        "free and not a parameter",
    ),
    "one parameter for another": (
        lambda: family(TWO_ENDS, constant(a, {b: a}, a), a, b),
        "those of the statement",
    ),
    "one parameter twice": (lambda: family(TWO_ENDS, constant(a, {}, a, b), a, b, a), "each once"),
    "theorem_2, one instance": (one_instance, "value to a parameter"),
    "theorem_2, one instance, no parameters": (
        lambda: one_instance(parameters=frozenset()),
        "closed|those of the statement",
    ),
    "existence without a family": (
        lambda: replace(build(STATEMENTS["theorem_2"]), existence=None),
        "a family of models",
    ),
    "a condition on an index set": (lambda: existence(FEW, TWO_ENDS), "about the parameters alone"),
    "a condition on a function": (
        lambda: existence(replace(FEW, formula=0 < f(a)), TWO_ENDS),
        "about the parameters alone",
    ),
    "parameters of a claim that is about all": (
        lambda: Case(claim(0 < x, parameters=(x,)), p.conclude(FALSE), at(0, {})),
        "only a claim of existence",
    ),
    "one element vouches for a sum": (
        lambda: sums(eq(LOGS, LOGS), p.assume(0 < weight(i)), 0 < weight(i)),
        "undecided",
    ),
    "one step vouches for a sum over steps": (
        lambda: sums(eq(INVERSES, INVERSES), p.assume(0 < row(n)), 0 < row(n)),
        "undecided",
    ),
    "one point vouches for a derivative": (
        lambda: slope(const(0) * log(t), const(0) * (1 / t), TRUE),
        "undecided",
    ),
    "two hypotheses of one name": (
        lambda: Case(
            claim(0 < x, POSITIVE, replace(POSITIVE, formula=x < 0)),
            p.conclude(0 < x, p.assume(0 < x)),
            at(1, {"positive": TRUE}),
        ),
        "two hypotheses have one name",
    ),
    "two meanings of one letter": (
        lambda: Case(
            claim(0 < b, notation=(Notation(b, x, ""), Notation(b, x**2, ""))),
            p.conclude(FALSE),
            at(0, {}),
        ),
        "two meanings",
    ),
    "a letter in its own meaning": (
        lambda: Case(
            claim(0 < b, notation=(Notation(b, b + 1, ""),)), p.conclude(FALSE), at(0, {})
        ),
        "is left over",
    ),
    "a list of hypotheses": (
        lambda: Case(replace(claim(0 < x), hypotheses=[POSITIVE]), p.conclude(FALSE), at(0, {})),
        "not a tuple",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_verdict_is_refused(name: str) -> None:
    attack, reason = ATTACKS[name]
    found = outcome(attack)
    assert found not in ("proved", "refuted", "witnessed")
    assert any(part in found for part in reason.split("|")), found


EVERY = p.specialise(p.assume(forall(i, 0 < weight(i))), i)
EVERY_STEP = p.specialise(p.assume(forall(n, 0 < row(n))), n)
HONEST: dict[str, tuple[Callable[[], Case], str]] = {
    "a hypothesis called claim": (lambda: hypothesis_called("claim", 0 < x), "proved"),
    "a hypothesis called negation": (lambda: counter("negation", 1), "refuted"),
    "a counterexample": (lambda: undefined_counterexample(1), "refuted"),
    "a family": (
        lambda: family(conj(eq(f(0), a), 0 < f(1) + 1 - a), constant(a, {}, a), a),
        "witnessed",
    ),
    "a family of two parameters": (
        lambda: family(TWO_ENDS, constant(a + x * (b - a), {}, a, b), a, b),
        "witnessed",
    ),
    "a sum of numbers": (lambda: sums(eq(LOGS, LOGS), EVERY, forall(i, 0 < weight(i))), "proved"),
    "a sum over steps": (
        lambda: sums(eq(INVERSES, INVERSES), EVERY_STEP, forall(n, 0 < row(n))),
        "proved",
    ),
    "a derivative": (
        lambda: slope(const(0) * log(SQUARES), const(0) / SQUARES, NOT_ZERO, NOT_ZERO),
        "proved",
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_the_honest_twin_of_an_attack_has_its_verdict(name: str) -> None:
    make, expected = HONEST[name]
    assert outcome(make) == expected


def test_a_verdict_needs_two_solvers_and_an_answer_to_every_question() -> None:
    case = hypothesis_called("positive", 0 < x)
    one = {d: Decision({"z3": "unsat"}, d) for d in case.obligations()}
    both: Any = {"z3": "unsat", "cvc5": "unsat"}
    of_another = {d: Decision(both, "") for d in case.obligations()}
    assert verdict(case, one) == verdict(case, of_another) == "undecided"
    assert verdict(case, {d: Decision(both, d) for d in case.obligations()}) == "proved"
    with pytest.raises(KeyError):
        verdict(case, {})


def test_what_was_checked_can_not_be_changed() -> None:
    case = build(STATEMENTS["normalisation"])
    for table in (
        STATEMENTS,
        AXIOMS,
        FACTS,
        case.instance.hypotheses,
        case.instance.model.values,
        case.instance.model.functions,
        *case.instance.model.functions.values(),
    ):
        with pytest.raises(TypeError):
            table["more"] = FALSE  # type: ignore[index]
    given = {"positive": TRUE}
    instance = at(1, given)
    given["positive"] = p.solve(FALSE)
    assert instance.hypotheses == {"positive": TRUE}


# -- the record of what is claimed -----------------------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "kind": {"kind": "upper"},
    "expected": {"expected": "refuted"},
    "corrected_by": {"corrected_by": "sharp_step"},
    "conclusion": {"conclusion": 0 < x},
    "a name": {"hypotheses": (Hypothesis("other", 0 < x, ""),)},
    "a hypothesis": {"hypotheses": (Hypothesis("positive", 0 <= x, ""),)},
    "no hypotheses": {"hypotheses": ()},
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_a_claim_changes_its_fingerprint(name: str) -> None:
    before = claim(1 < x, POSITIVE)
    assert replace(before, **CHANGES[name]).fingerprint != before.fingerprint
    assert replace(before, title="another").fingerprint == before.fingerprint


def test_the_parameters_and_their_order_are_in_the_fingerprint() -> None:
    two = existence(ABOVE, TWO_ENDS, a, b)
    assert two.fingerprint != replace(two, parameters=(a, b, x)).fingerprint
    theorem = STATEMENTS["theorem_2"]
    assert all(f"for {v.data}:" in theorem.fingerprint for v in theorem.parameters)


def test_claims_deleted_from_an_export_are_missing(tmp_path: Path) -> None:
    """The files of the claim, and the check sums, are tidied up by the forger."""
    kept = {"normalisation": build(STATEMENTS["normalisation"])}
    write(kept, tmp_path / "export")
    names = [path.name for path in (tmp_path / "export").glob("*.smt2")]
    unsat = dict.fromkeys(names, "unsat")
    few = judge(tmp_path / "export", {"z3": unsat, "cvc5": unsat})
    assert few.verdicts == {"normalisation": "proved"} and not few.rejected
    assert "theorem_1b" in few.missing and len(few.missing) == len(STATEMENTS) - 1
    assert few.accepted(partial=True) and not few.accepted()
    whole = judge(
        tmp_path / "export",
        {"z3": unsat, "cvc5": unsat},
        {"normalisation": STATEMENTS["normalisation"]},
    )
    assert whole.accepted() and not whole.missing


def test_a_hypothesis_named_claim_does_not_replace_the_claim_on_disk(tmp_path: Path) -> None:
    """The export keeps the two apart as well."""
    case = hypothesis_called("claim")
    write({case.statement.slug: case}, tmp_path / "export")
    document = json.loads((tmp_path / "export" / PROOFS).read_text())
    (entry,) = document["claims"].values()
    assert entry["proof"] != entry["hypotheses"]["claim"] and entry["negation"] is None
    asked = {d: decide(o.text, 5).answers for d, o in case.obligations().items()}
    answers = {s: {f"{d}.smt2": said[s] for d, said in asked.items()} for s in ("z3", "cvc5")}
    found = judge(tmp_path / "export", answers, {case.statement.slug: case.statement})
    assert found.verdicts == {case.statement.slug: "undecided"} and not found.accepted()
