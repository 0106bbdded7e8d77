"""The theorems of each claim: what Rocq is to say, and the proof from the lemmas of its steps.

SLUG            the statement; of an existence claim, that there is such an instance
SLUG_refuted    not the statement, of a claim that is false as printed
SLUG_defined    in the conclusion no denominator is 0, and logarithms are of positive numbers
SLUG_witness    something satisfies all the hypotheses at once
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from theory.kernel.obligations import conditions
from theory.kernel.proof import Proof
from theory.kernel.terms import Lambda, Symbol, Term, conj, forall, implies
from theory.kernel.verdict import Case
from theory.rocq.models import RocqModel, split
from theory.rocq.rules import Translator, terms_in
from theory.rocq.terms import Item, items


@dataclass(frozen=True, slots=True)
class Theorem:
    """Text of a theorem, what is written before it, and the lemmas that its proof uses."""

    name: str
    text: str
    uses: tuple[str, ...]
    before: str = ""


@dataclass(slots=True)
class Claim:
    """The theorems of a case. ``main`` and ``instance`` go to files of their own."""

    case: Case
    translator: Translator
    main: list[Theorem] = field(default_factory=list)
    instance: list[Theorem] = field(default_factory=list)

    def __post_init__(self) -> None:
        case = self.case
        for root in case.proofs():
            self.translator.translate(root)
        if case.existence is not None:
            self.main.append(self._existence())
        elif case.proof is not None:
            self.main.append(self._theorem(case.proof))
        if case.proof is not None:
            self.main += self._defined(case.proof)
            self.instance.append(self._witness())
        else:
            self.instance.append(self._refutation())

    @property
    def slug(self) -> str:
        return self.case.statement.slug

    # -- statements ----------------------------------------------------------------------------

    def _notation(self, formulas: Iterable[Term]) -> list[str]:
        """The abbreviations that these formulas use, as lets."""
        w, spoken, lets = self.translator.writer, list(formulas), []
        for n in self.case.statement.notation:
            if isinstance(n.symbol, Symbol):
                used = any(n.symbol in f.symbols for f in spoken)
                value = w.function(Lambda(n.params, n.body), n.symbol.result)
            else:
                used = any(n.symbol in f.free for f in spoken)
                value = w.value(n.body, n.symbol.sort)
            if used:
                lets.append(f"  let {w.identifier(n.symbol)} := {value} in\n")
        return lets

    def _claim(self, scope: list[Item]) -> tuple[str, str]:
        """``forall scope, let ... in hypotheses -> conclusion``, and names for intros."""
        w, s = self.translator.writer, self.case.statement
        lets = self._notation([*(h.formula for h in s.hypotheses), s.conclusion])
        head = f"forall {w.binders(scope)},\n" if scope else ""
        hypotheses = "".join(f"  {w.formula(h.formula)} ->  (* {h.name} *)\n" for h in s.hypotheses)
        names = [
            *map(w.identifier, scope),
            *"?" * len(lets),
            *(f"H_{h.name}" for h in s.hypotheses),
        ]
        return f"{head}{''.join(lets)}{hypotheses}  {w.formula(s.conclusion)}", " ".join(names)

    def _given(self) -> dict[Term, str]:
        return {f: f"H_{name}" for name, f in self.case.statement.formal_hypotheses.items()}

    def _scope(self) -> list[Item]:
        s = self.case.statement
        return items([*s.formal_hypotheses.values(), s.formal_conclusion])

    # -- theorems ------------------------------------------------------------------------------

    def _theorem(self, proof: Proof) -> Theorem:
        scope = self._scope()
        text, names = self._claim(scope)
        use = self.translator.use(proof, self._given(), scope)
        return self._qed(self.slug, text, f"intros {names}. exact {use}", [proof])

    def _qed(
        self,
        name: str,
        text: str,
        tactics: str,
        roots: Iterable[Proof],
        before: str = "",
        more: Iterable[str] = (),
    ) -> Theorem:
        uses = [*(self.translator.name(r) for r in roots if r.rule != "assume"), *more]
        theorem = f"Theorem {name} :\n{text}.\nProof. {tactics}. Qed.\n"
        uses += terms_in(before + theorem)
        return Theorem(name, theorem, tuple(uses), before)

    def _defined(self, proof: Proof) -> list[Theorem]:
        """The conclusion speaks of numbers only: its denominators and logarithms."""
        w, hypotheses = self.translator.writer, self.case.statement.formal_hypotheses
        scope = items([*hypotheses.values(), proof.conclusion])
        uses: list[str] = []
        found = self._conditions(proof, self._given(), scope, uses)
        if found is None:
            return []
        formula, term = found
        head = f"forall {w.binders(scope)},\n" if scope else ""
        given = "".join(f"  {w.formula(f)} ->  (* {n} *)\n" for n, f in hypotheses.items())
        names = " ".join([*map(w.identifier, scope), *(f"H_{n}" for n in hypotheses)])
        start = f"intros {names}. " if names else ""
        text = f"{head}{given}  {w.formula(formula)}"
        return [self._qed(f"{self.slug}_defined", text, f"{start}exact {term}", [], more=uses)]

    def _conditions(
        self, proof: Proof, given: Mapping[Term, str], known: list[Item], uses: list[str]
    ) -> tuple[Term, str] | None:
        """What makes the conclusion meaningful, as a formula and its proof; None: nothing is
        needed."""
        w = self.translator.writer
        match proof.rule:
            case "both":
                parts = [self._conditions(p, given, known, uses) for p in proof.premises]
                return _all([p for p in parts if p is not None])
            case "generalise":
                (x,) = proof.args
                found = self._conditions(proof.premises[0], given, [*known, x], uses)
                return found and (forall(x, found[0]), f"(fun {w.identifier(x)} => {found[1]})")
            case "discharge":
                (formula,) = proof.args
                h = f"h_{self.translator.hashes.value(formula)[:10]}"
                found = self._conditions(proof.premises[0], {**given, formula: h}, known, uses)
                return found and (implies(formula, found[0]), f"(fun {h} => {found[1]})")
            case "conclude":
                needed = conditions(proof.args[0])
                return _all([self._condition(proof, c, b, given, known, uses) for c, b in needed])
        return None

    def _condition(
        self,
        proof: Proof,
        condition: Term,
        around: frozenset[Term],
        given: Mapping[Term, str],
        known: list[Item],
        uses: list[str],
    ) -> tuple[Term, str]:
        """One condition, for all values of what is bound around it: from the premises that say
        nothing of that variable."""
        tr, goal = self.translator, proof.args[0]
        general = [
            p
            for p in proof.premises
            if p.conclusion != goal and not any(h.free & around for h in p.hypotheses)
        ]
        hypotheses = tr.sorted(h for p in general for h in p.hypotheses)
        name = f"defined_{tr.hashes.value((*hypotheses, condition))[:10]}"
        if name not in tr.lemmas:
            tr.state(name, proof, hypotheses, condition, tuple(general))
        uses.append(name)
        bound = [v for v in items([condition]) if isinstance(v, Term) and v not in known]
        term = tr.apply(name, hypotheses, given, [*known, *bound])
        for x in reversed(bound):
            condition, term = forall(x, condition), f"(fun {tr.writer.identifier(x)} => {term})"
        return condition, term

    # -- theorems about models ---------------------------------------------------------------

    def _witness(self) -> Theorem:
        """Something satisfies all the hypotheses at once."""
        instance, s, w = self.case.instance, self.case.statement, self.translator.writer
        model = RocqModel(instance.model, f"{self.slug}_model", w)
        formal = s.formal_hypotheses
        lets = self._notation(h.formula for h in s.hypotheses)
        said = " /\\\n".join(f"  {w.formula(h.formula)}" for h in s.hypotheses)
        up = [model.up(f, self._in_model(instance.hypotheses[n])) for n, f in formal.items()]
        scope = items(formal.values())
        text, start = self._exists(scope, model, "".join(lets) + (said or "  True"))
        tactics = start + (split(up) if up else "exact I")
        roots = [instance.hypotheses[n] for n in formal]
        return self._qed(f"{self.slug}_witness", text, tactics, roots, before=model.definitions())

    def _existence(self) -> Theorem:
        """For all parameters that meet the hypotheses there is an instance."""
        existence, s, w = self.case.existence, self.case.statement, self.translator.writer
        assert existence is not None
        runs = bool(existence.model.runs)  # ``up_to_runs`` does not look into definitions
        writer = w if runs else self.translator.sharing
        model = RocqModel(existence.model, f"{self.slug}_family", writer)
        given = "".join(f"  {w.formula(h.formula)} ->  (* {h.name} *)\n" for h in s.hypotheses)
        names = [*map(w.identifier, s.parameters), *(f"H_{h.name}" for h in s.hypotheses)]
        use = self.translator.use(existence.proof, self._given(), s.parameters)
        scope = [x for x in items([s.formal_conclusion]) if x not in s.parameters]
        lets = "".join(self._notation([s.conclusion]))
        found, start = self._exists(scope, model, f"{lets}  {w.formula(s.conclusion)}")
        text = f"forall {w.binders(s.parameters)},\n{given}{found}"
        if runs:
            start += f"pose proof ({use} : {w.formula(existence.proof.conclusion)}) as in_model. "
            use = "in_model"
        tactics = f"intros {' '.join(names)}. {start}{model.up(s.formal_conclusion, use)}"
        before = model.definitions()
        return self._qed(self.slug, text, tactics, [existence.proof], before=before)

    def _exists(self, scope: list[Item], model: RocqModel, said: str) -> tuple[str, str]:
        """``exists scope, said``, and the tactics that give the values of the model."""
        if not scope:
            return said, "cbv zeta. "
        values = ", ".join(map(model.value, scope))
        text = f"exists {self.translator.writer.binders(scope)},\n{said}"
        return text, f"exists {values}. cbv zeta. "

    def _refutation(self) -> Theorem:
        """Not for all: the model is a counterexample."""
        instance, s = self.case.instance, self.case.statement
        assert instance.negation is not None
        model = RocqModel(instance.model, f"{self.slug}_model", self.translator.writer)
        scope = self._scope()
        text, _ = self._claim(scope)
        values = " ".join(map(model.value, scope))
        steps = [f"intros claim. specialize (claim {values}). cbv zeta in claim"]
        for name, formula in s.formal_hypotheses.items():
            up = model.up(formula, self._in_model(instance.hypotheses[name]))
            steps.append(f"lapply claim; [clear claim; intro claim | {up}]")
        down = model.down(s.formal_conclusion, "claim")
        steps.append(f"refine ({self._in_model(instance.negation)} _); {down}")
        roots = [*(instance.hypotheses[n] for n in s.formal_hypotheses), instance.negation]
        name, before = f"{self.slug}_refuted", model.definitions()
        return self._qed(name, f"~ ({text})", ". ".join(steps), roots, before=before)

    def _in_model(self, proof: Proof) -> str:
        return self.translator.use(proof, {}, [])


def _all(parts: list[tuple[Term, str]]) -> tuple[Term, str] | None:
    """The conjunction of formulas, with its proof; None when there are none."""
    if not parts:
        return None
    formula, term = conj(*(f for f, _ in parts)), parts[-1][1]
    for _, first in reversed(parts[:-1]):
        term = f"(conj {first} {term})"
    return formula, term
