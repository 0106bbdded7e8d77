"""Each rule application as one lemma of Rocq: ``Lemma solve_1a2b3c4d : forall ..., G -> phi``.

Equal sequents are one lemma. Nothing here is trusted: a wrong translation can only make Rocq
refuse.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from theory.kernel import renaming
from theory.kernel import terms as t
from theory.kernel.calculus import derivative
from theory.kernel.proof import Proof
from theory.kernel.terms import NAT, KernelError, Lambda, Symbol, Term
from theory.rocq.arithmetic import Arithmetic
from theory.rocq.terms import Item, Sharing, Writer, items, sort_of

Given = Mapping[Term, str]
"""Texts that prove formulas."""


class Hashes:
    """SHA-256 of terms, sequents and proofs, each part hashed once."""

    def __init__(self) -> None:
        self._terms: dict[Term, str] = {}
        self._proofs: dict[int, tuple[Proof, str]] = {}  # the proof is kept: ids stay unique

    def value(self, value: object) -> str:
        """Of a term, or of an argument of a rule."""
        if isinstance(value, Term):
            if value not in self._terms:
                inner = [self.value(a) for a in value.args]
                self._terms[value] = digest(value.op, value.data, value.data_sort, *inner)
            return self._terms[value]
        if isinstance(value, tuple):
            return digest("tuple", *map(self.value, value))
        if isinstance(value, Lambda):
            return digest("function", self.value(value.params), self.value(value.body))
        if isinstance(value, Symbol):
            return digest("symbol", value)
        return digest(type(value).__name__, getattr(value, "name", value))

    def sequent(self, proof: Proof) -> str:
        return digest(self.value(proof.conclusion), *sorted(map(self.value, proof.hypotheses)))

    def proof(self, root: Proof) -> str:
        """Of the rule list: rules, arguments, premises."""
        for step in root.steps():
            if id(step) not in self._proofs:
                premises = (self._proofs[id(p)][1] for p in step.premises)
                made = digest(step.rule, self.value(step.args), *premises)
                self._proofs[id(step)] = step, made
        return self._proofs[id(root)][1]


def digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RocqLemma:
    """Text, what it needs (names of lemmas and of terms), and the arithmetic that it rests on.

    A definition of a long term is one as well: it needs other terms alone."""

    name: str
    text: str
    uses: frozenset[str]
    arithmetic: tuple[Arithmetic, ...] = ()


@dataclass(slots=True)
class Translator:
    """Proofs as lemmas. One translator for all proofs of a run: names are given once.

    ``writer`` is for what is read, ``sharing`` for lemmas and proofs."""

    writer: Writer = field(default_factory=Writer)
    sharing: Sharing = field(init=False)
    hashes: Hashes = field(default_factory=Hashes)
    lemmas: dict[str, RocqLemma] = field(default_factory=dict)
    _names: dict[int, tuple[Proof, str]] = field(default_factory=dict)
    _by_sequent: dict[str, str] = field(default_factory=dict)
    _scopes: dict[str, list[Item]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sharing = Sharing(self.writer, self._define)

    def _define(self, term: Term, binders: str, text: str) -> str:
        name = f"t_{self.hashes.value(term)[:10]}"
        if name not in self.lemmas:
            definition = f"Definition {name} {binders} : R :=\n  {text}.\n"
            self.lemmas[name] = RocqLemma(name, definition, terms_in(text))
        return name

    def translate(self, root: Proof) -> None:
        """Make the lemmas below a proof, premises before users."""
        for step in root.steps():
            if step.rule != "assume":
                self.name(step)

    def name(self, step: Proof) -> str:
        """The lemma of a step, made at its first use."""
        if id(step) in self._names:
            return self._names[id(step)][1]
        sequent = self.hashes.sequent(step)
        name = self._by_sequent.setdefault(sequent, f"{step.rule}_{sequent[:10]}")
        self._names[id(step)] = step, name
        if name not in self.lemmas:
            self.state(name, step, self.sorted_hypotheses(step), step.conclusion)
        return name

    def state(
        self,
        name: str,
        step: Proof,
        hypotheses: list[Term],
        conclusion: Term,
        premises: tuple[Proof, ...] | None = None,
    ) -> None:
        """Add the lemma of this name: hypotheses -> conclusion, by the rule of the step; from these
        premises, if given."""
        scope = self._scopes[name] = items([*hypotheses, conclusion])
        made = Application(self, step, scope, hypotheses, conclusion, premises)
        w, proof = self.sharing, made.proof()
        head = f"forall {w.binders(scope)}, " if scope else ""
        formulas = " -> ".join(map(w.formula, [*hypotheses, conclusion]))
        intros = " ".join([*map(w.identifier, scope), *made.given.values()])
        start = f"intros {intros}. " if intros else ""
        text = f"Lemma {name} : {head}{formulas}.\nProof. {start}{proof} Qed.\n"
        uses = terms_in(text) | made.used
        self.lemmas[name] = RocqLemma(name, text, uses, tuple(made.arithmetic))

    def sorted_hypotheses(self, proof: Proof) -> list[Term]:
        return self.sorted(proof.hypotheses)

    def sorted(self, formulas: Iterable[Term]) -> list[Term]:
        """Each once, in an order of their own."""
        return sorted(set(formulas), key=self.hashes.value)

    def use(
        self,
        premise: Proof,
        given: Given,
        known: Iterable[Item],
        put: Mapping[Item, str] | None = None,
    ) -> str:
        """The lemma of a premise, applied. What is not ``known`` here, and so does not matter,
        gets a default; ``put`` gives other values."""
        if premise.rule == "assume":
            return given[premise.conclusion]
        name = self.name(premise)
        return self.apply(name, self.sorted_hypotheses(premise), given, known, put)

    def apply(
        self,
        name: str,
        hypotheses: Iterable[Term],
        given: Given,
        known: Iterable[Item],
        put: Mapping[Item, str] | None = None,
    ) -> str:
        """A lemma at the items of its scope, its hypotheses proved."""
        here = set(known)
        values = [
            put[x]
            if put and x in put
            else self.writer.identifier(x)
            if x in here
            else self.writer.default(x, here)
            for x in self._scopes[name]
        ]
        return f"({' '.join([name, *values, *(given[h] for h in hypotheses)])})"


def terms_in(text: str) -> frozenset[str]:
    """Names of the definitions that a text speaks of."""
    return frozenset(re.findall(r"\bt_[0-9a-f]{10}\b", text))


def compared(formula: Term) -> list[tuple[Term, Term]]:
    """Pairs of elements that a formula compares."""
    if formula.op == "eq" and formula.args[0].sort.finite:
        return [(formula.args[0], formula.args[1])]
    if formula.op not in t.CONNECTIVES:
        return []
    return list(dict.fromkeys(pair for a in formula.args for pair in compared(a)))


class Application:
    """The proof of one lemma from the lemmas of its premises."""

    def __init__(
        self,
        translator: Translator,
        step: Proof,
        scope: list[Item],
        hypotheses: list[Term],
        goal: Term,
        premises: tuple[Proof, ...] | None = None,
    ) -> None:
        self.translator, self.step, self.scope, self.goal = translator, step, scope, goal
        self.premises = step.premises if premises is None else premises
        self.writer = translator.sharing
        self.given: dict[Term, str] = {h: f"h{n}" for n, h in enumerate(hypotheses)}
        self.used: set[str] = set()
        self.arithmetic: list[Arithmetic] = []

    def use(
        self,
        n: int,
        more: Given | None = None,
        bound: Iterable[Item] = (),
        put: Mapping[Item, str] | None = None,
    ) -> str:
        """Premise number n, with further hypotheses and bound variables."""
        return self.use_proof(self.premises[n], {**self.given, **(more or {})}, bound, put)

    def use_proof(
        self,
        premise: Proof,
        given: Given,
        bound: Iterable[Item] = (),
        put: Mapping[Item, str] | None = None,
    ) -> str:
        if premise.rule != "assume":
            self.used.add(self.translator.name(premise))
        return self.translator.use(premise, given, [*self.scope, *bound], put)

    def fun(self, variables: Iterable[Term], body: str) -> str:
        return f"(fun {' '.join(map(self.writer.identifier, variables))} => {body})"

    def real_fun(self, variable: Term, body: Term) -> str:
        return self.fun([variable], self.writer.real(body))

    def proof(self) -> str:
        """Tactics that prove the conclusion."""
        w, a, premises = self.writer, self.step.args, self.premises
        match self.step.rule:
            case "solve" | "conclude":
                return self.posed([p.conclusion for p in premises]) + self.solve()
            case "specialise":
                variable = premises[0].conclusion.args[0]
                start = self.posed([a[0]])
                return f"{start}up_to_casts ({self.use(0)} {w.value(a[0], variable.sort)})."
            case "instantiate":
                return self.instantiate(dict(a[0]), dict(a[1]))
            case "congruence":
                return f"up_to_casts (f_equal {self.real_fun(*a)} {self.use(0)})."
            case "prefix_step":
                return f"up_to_casts (Prefix_step {w.nat(a[1])} {self.real_fun(a[0], a[2])})."
            case "induction":
                k, claim = a
                step = self.use(1, {claim: "hi"}, [k])
                return (
                    f"refine (Induction {self.fun([k], w.formula(claim))} _ _); cbv beta; "
                    f"[ up_to_casts {self.use(0)} | intros {w.identifier(k)} hi; "
                    f"rewrite ?plus_INR; cbn [INR]; up_to_casts {step} ]."
                )
        return f"exact {self.term()}."

    def solve(self) -> str:
        """An arithmetic lemma at the premises. Elements are compared by their numbers."""
        premises = self.premises
        if self.step.rule == "conclude":
            for n, premise in enumerate(premises):
                if premise.conclusion == self.goal:
                    return f"exact {self.use(n)}."
        question = Arithmetic(tuple(p.conclusion for p in premises), self.goal)
        self.arithmetic.append(question)
        before, given = "", []
        for n, premise in enumerate(premises):
            given.append(self.use(n))
            if pairs := compared(premise.conclusion):
                before += f"pose proof {given[n]} as q{n}; "
                before += "".join(f"rewrite {self.rank(*p)} in q{n}; " for p in pairs)
                given[n] = f"q{n}"
        before += "".join(f"rewrite {self.rank(*p)}; " for p in compared(self.goal))
        return f"{before}exact ({question.applied(self.writer, given)})."

    def rank(self, a: Term, b: Term) -> str:
        sides = f"{self.writer.element(a)} {self.writer.element(b)}"
        return f"(rank_eq {self.writer.sort(a.sort)} {sides})"

    def posed(self, terms: Iterable[Term], bound: Iterable[Item] = ()) -> str:
        """Values for what these terms speak of and the sequent does not."""
        others = [x for x in items(terms) if x not in {*self.scope, *bound}]
        self.scope = [*self.scope, *others]
        w = self.writer
        texts = (
            f"{w.identifier(x)} := {w.default(x, self.scope)} : {w.type_of(x)}" for x in others
        )
        return "".join(f"pose ({text}). " for text in texts)

    def term(self) -> str:
        """A proof term, for the rules that need no tactic."""
        w, a, premises = self.writer, self.step.args, self.step.premises
        match self.step.rule:
            case "axiom":
                instance = dict(zip(a[0].variables, a[1:], strict=True))
                number = {p.conclusion: n for n, p in enumerate(premises)}
                given = [self.use(number[t.substitute(c, instance)]) for c in a[0].conditions]
                return f"({' '.join([a[0].name, *map(w.real, a[1:]), *given])})"
            case "discharge":
                return f"(fun hd => {self.use(0, {a[0]: 'hd'})})"
            case "cut":
                return self.use(1, {premises[0].conclusion: self.use(0)})
            case "generalise":
                return self.fun([a[0]], self.use(0, bound=[a[0]]))
            case "both":
                *rest, term = map(self.use, range(len(premises)))
                for first in reversed(rest):
                    term = f"(conj {first} {term})"
                return term
            case "part":
                return part(self.use(0), a[0], len(premises[0].conclusion.args))
            case "apply_implication":
                return f"({self.use(0)} {self.use(1)})"
            case "rename_index":
                return self.rename_index(*a)
            case "sum_linear":
                return self.sum_linear(a[0], a[1:])
            case "sum_monotone":
                f, g = premises[0].conclusion.args
                lemma = "Sum_le" if premises[0].conclusion.op == "le" else "Sum_eq"
                pointwise = self.fun([a[0]], self.use(0, bound=[a[0]]))
                sides = f"{self.real_fun(a[0], f)} {self.real_fun(a[0], g)}"
                return f"({lemma} {w.sort(sort_of(a[0]))} {sides} {pointwise})"
            case "sum_exchange":
                i, j, body = a
                function = self.fun([i, j], w.real(body))
                return f"(Sum_exchange {w.sort(sort_of(i))} {w.sort(sort_of(j))} {function})"
            case "prefix_zero":
                return f"(Prefix_zero {self.real_fun(a[0], a[1])})"
            case "differentiate":
                return self.differentiate(*a)
            case "rename_derivative":
                variable = premises[0].conclusion.args[0]
                equal = (self.fun([variable], self.use(n, bound=[variable])) for n in (1, 2))
                return f"(Deriv_ext _ _ _ _ {self.use(0)} {' '.join(equal)})"
            case "derivative_unique":
                return f"(Deriv_unique _ _ _ {self.use(0)} {self.use(1)})"
            case "nondecreasing":
                variable, f, slope = premises[0].conclusion.args
                start, end = a
                between = {start <= variable: "ha", variable <= end: "hb"}
                inner = self.use(1, between, [variable])
                sides = f"{self.real_fun(variable, f)} {self.real_fun(variable, slope)}"
                ends = f"{w.real(start)} {w.real(end)} {self.use(0)}"
                name = w.identifier(variable)
                last = self.given[start <= end]
                return f"(Nondecreasing {sides} {ends} (fun {name} ha hb => {inner}) {last})"
        raise KernelError(f"{self.step.rule} has no translation")

    def instantiate(self, values: Mapping[Term, Term], functions: Mapping[Symbol, Lambda]) -> str:
        """Functions are put in first: a value also goes into their bodies."""
        w, premise = self.writer, self.step.premises[0]
        start = self.posed(values.values())
        put: dict[Item, str] = {v: w.value(x, sort_of(v)) for v, x in values.items()}
        for symbol, f in functions.items():
            start += self.posed([f.body, *f.params], {*f.params, *values})
            inside = [v for v in values if v in f.body.free and v not in f.params]
            put[symbol] = w.function(f, symbol.result)
            if inside:
                given_values = " ".join(put[v] for v in inside)
                put[symbol] = f"((fun {w.binders(inside)} => {put[symbol]}) {given_values})"
        given = {h: self.given[t.instantiate(h, values, functions)] for h in premise.hypotheses}
        if NAT not in {*map(sort_of, values), *(s.result for s in functions)}:
            return f"{start}exact {self.use_proof(premise, given, put=put)}."
        if premise.rule != "assume":
            given = {h: f"ltac:(up_to_casts {proof})" for h, proof in given.items()}
        return f"{start}up_to_casts {self.use_proof(premise, given, put=put)}."

    def rename_index(self, old: Term, new: Term) -> str:
        def sort(s: t.Sort) -> t.Sort:
            return sort_of(new) if s == sort_of(old) else s

        def renamed(item: Item) -> Item:
            if isinstance(item, Symbol):
                return Symbol(item.name, tuple(map(sort, item.sorts)), sort(item.result))
            if isinstance(item, Term):
                return new if item == old else t.var(str(item.data), sort(sort_of(item)))
            return sort(item)

        premise = self.step.premises[0]
        scope = items([*premise.hypotheses, premise.conclusion])
        given = {h: self.given[renaming.rename_index([h], old, new)[0]] for h in premise.hypotheses}
        return self.use_proof(
            premise, given, put={x: self.writer.identifier(renamed(x)) for x in scope}
        )

    def sum_linear(self, index: Term, pairs: tuple[tuple[Term, Term], ...]) -> str:
        sort = self.writer.sort(sort_of(index))
        scaled = [
            f"(Sum_scale {sort} {self.writer.real(c)} {self.real_fun(index, f)})" for c, f in pairs
        ]
        proof, inside = scaled[0], pairs[0][0] * pairs[0][1]
        for (c, f), scale in zip(pairs[1:], scaled[1:], strict=True):
            sides = f"{self.real_fun(index, inside)} {self.real_fun(index, c * f)}"
            proof = f"(eq_trans (Sum_add {sort} {sides}) (f_equal2 Rplus {proof} {scale}))"
            inside = inside + c * f
        return proof

    def differentiate(self, variable: Term, function: Term) -> str:
        """The lemmas Deriv_add, Deriv_mul, ... in the order of the kernel's ``derivative``."""
        w = self.writer
        number = {p.conclusion: n for n, p in enumerate(self.step.premises)}
        known = {c.args[1]: (c.args[2], n) for c, n in number.items() if c.op == "deriv"}
        slopes = {f: g for f, (g, _) in known.items()}

        def side(condition: Term, bound: list[Item]) -> str:
            return self.fun([variable], self.use(number[condition], bound=[variable, *bound]))

        def d(x: Term, bound: list[Item]) -> str:
            a = x.args
            if x in known:
                return self.use(known[x][1], bound=bound)
            if variable not in x.free:
                return f"(Deriv_const {w.real(x)})"
            if x == variable:
                return "Deriv_id"
            match x.op:
                case "add" | "mul":
                    return f"(Deriv_{x.op} _ _ _ _ {d(a[0], bound)} {d(a[1], bound)})"
                case "pow" if x.data == 1:
                    return f"(Deriv_pow1 _ _ {d(a[0], bound)})"
                case "pow":
                    exponent = f"{x.data} {x.data} _ _ ltac:(simpl; ring)"
                    return f"(Deriv_power {exponent} {d(a[0], bound)})"
                case "div" if variable not in a[1].free:
                    return f"(Deriv_div_const _ _ {w.real(a[1])} {d(a[0], bound)})"
                case "div":
                    not_zero = side(t.negate(t.eq(a[1], 0)), bound)
                    return f"(Deriv_div _ _ _ _ {d(a[0], bound)} {d(a[1], bound)} {not_zero})"
                case "neg" | "exp" | "sin" | "cos":
                    return f"(Deriv_{x.op} _ _ {d(a[0], bound)})"
                case "log":
                    return f"(Deriv_log _ _ {d(a[0], bound)} {side(t.lift(0) < a[0], bound)})"
                case "sum":
                    index, body = a
                    slope = derivative(variable, body, slopes, frozenset(number))
                    both = (self.fun([index, variable], w.real(f)) for f in (body, slope))
                    inner = self.fun([index], d(body, [*bound, index]))
                    return f"(Deriv_sum {w.sort(sort_of(index))} {' '.join(both)} {inner})"
            raise KernelError(f"{x.op} has no derivative")

        return d(function, [])


def part(proof: str, n: int, of: int) -> str:
    """Part n of a conjunction, which Rocq reads as A /\\ (B /\\ (C /\\ ...))."""
    if of == 1:
        return proof
    for _ in range(n):
        proof = f"(proj2 {proof})"
    return f"(proj1 {proof})" if n < of - 1 else proof
