"""Models as Rocq text: a witness, a countermodel, a family of models for an existence claim.

``interpret`` of the kernel writes sums and quantifiers over finite sets out. Rocq computes the same
from the definitions, so a proved formula and the formula in the model differ only in their
connectives: ``up`` and ``down`` are the tactics for these.

An index set of names is an enumeration. One with runs is a union, in which a run is the set of the
numbers up to its last and any other name a point; there a sum over a run is a sum over numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import count
from math import prod

from theory.kernel.models import Model, Numbered, Row, Value
from theory.kernel.terms import NAT, KernelError, Sort, Symbol, Term, const
from theory.rocq.rules import part
from theory.rocq.terms import Item, Writer, sort_of


class RocqModel:
    """The text of a model in the module ``name``, and the values it gives."""

    def __init__(self, model: Model, name: str, writer: Writer) -> None:
        self.model, self.name, self.writer = model, name, writer
        self._numbers = count(1)

    # -- the model ---------------------------------------------------------------------------

    def element(self, sort: Sort, name: str) -> str:
        return f"{sort.name}_" + re.sub(r"\W", "_", name)

    def definitions(self) -> str:
        """An enumeration for each index set without runs."""
        domains = {s: names for s, names in self.model.domains.items() if not self._has_runs(s)}
        if not domains:
            return ""
        lines = [f"Module {self.name}."]
        for sort, names in domains.items():
            elements = [self.element(sort, n) for n in names]
            kind = sort.name.lower()
            lines.append(f"Inductive {kind} := {' | '.join(elements)}.")
            lines.append(f"Definition {sort.name} : Index.")
            fields = f"elements := [{'; '.join(elements)}]; some := {elements[0]}"
            lines.append(f"Proof. refine {{| carrier := {kind}; {fields} |}}; finite. Defined.")
        return "\n".join([*lines, f"End {self.name}.", ""])

    def _has_runs(self, sort: Sort) -> bool:
        return any(name in self.model.runs for name in self.model.domains[sort])

    def _last(self, name: str) -> str:
        return self.writer.nat(self.model.runs[name])

    def index(self, sort: Sort) -> str:
        if not self._has_runs(sort):
            return f"{self.name}.{sort.name}"
        runs, names = self.model.runs, self.model.domains[sort]
        parts = [f"(Run {self._last(name)})" if name in runs else "point" for name in names]
        return reduce(lambda before, part: f"(Union {before} {part})", parts)

    def named(self, sort: Sort, name: str, number: str = "0%nat") -> str:
        """An element; of a run, the one of this number, or the last."""
        if not self._has_runs(sort):
            return f"{self.name}.{self.element(sort, name)}"
        run = name in self.model.runs
        return self._placed(sort, name, f"(clip {self._last(name)} {number})" if run else "tt")

    def _placed(self, sort: Sort, name: str, inside: str) -> str:
        """Of a part of a union, in the union: as a term, or as a pattern."""
        names = self.model.domains[sort]
        place = names.index(name)
        sides = ["inr"] * (place > 0) + ["inl"] * (len(names) - 1 - place)
        return reduce(lambda text, side: f"({side} {text})", sides, inside)

    def value(self, item: Item) -> str:
        """What the model puts for an index set, a symbol or a variable."""
        model, w = self.model, self.writer
        if isinstance(item, Sort):
            return self.index(item) if item in model.domains else "point"
        if isinstance(item, Symbol):
            return self._function(item)
        if item in model.elements:
            return self._chosen(sort_of(item), model.elements[item], [])
        if item in model.values:
            return w.value(model.values[item], sort_of(item))
        return w.default(item)

    def _function(self, symbol: Symbol) -> str:
        """A match on the finite arguments, in each case a function of the others and of the numbers
        of elements of runs."""
        sorts = dict(enumerate(symbol.sorts))
        finite = {n: s for n, s in sorts.items() if s.finite}

        def case(row: Row) -> tuple[str, list[str]]:
            """Its pattern, and what its function is applied to."""
            names = dict(zip(finite, row, strict=True))
            runs = {n for n, name in names.items() if name in self.model.runs}
            patterns = (
                self._placed(s, names[n], f"u{n}" if n in runs else "_")
                if self._has_runs(s)
                else self.named(s, names[n])
                for n, s in finite.items()
            )
            applied_to = [
                f"(number u{n})" if n in runs else f"arg{n}"
                for n in sorts
                if n in runs or n not in finite
            ]
            return f"{', '.join(patterns)} => " if finite else "", applied_to

        rows = []
        for row, f in self.model.functions.get(symbol, {}).items():
            pattern, others = case(row)
            rows.append(pattern + _applied(self.writer.function(f, symbol.result), others))
        for row, chosen in self.model.maps.get(symbol, {}).items():
            pattern, others = case(row)
            rows.append(pattern + self._chosen(symbol.result, chosen, others))
        if not rows:
            return self.writer.default(symbol)
        if len(rows) < prod(len(self.model.domains[s]) for s in finite.values()):
            rows.append(f"{', '.join('_' * len(finite))} => {self._nothing(symbol.result)}")
        binders = " ".join(f"(arg{n} : {self._type(s)})" for n, s in sorts.items())
        looked_at = ", ".join(f"arg{n}" for n in finite)
        body = f"match {looked_at} with {' | '.join(rows)} end" if finite else rows[0]
        return f"(fun {binders} => {body})" if sorts else body

    def _type(self, sort: Sort) -> str:
        return self.index(sort) if sort.finite else self.writer.sort(sort)

    def _nothing(self, sort: Sort) -> str:
        if sort.finite:
            return self.named(sort, self.model.domains[sort][0])
        return self.writer.value(const(0), sort)

    def _chosen(self, sort: Sort, value: Value, numbers: Sequence[str]) -> str:
        """One element, or those at n = 0, 1, 2, ... and then always the last."""
        if isinstance(value, str):
            return self.named(sort, value)
        if isinstance(value, Numbered):
            return self.named(
                sort, value.name, _applied(self.writer.function(value.number, NAT), numbers)
            )
        *before, last = (self.named(sort, e) for e in value)
        cases = [f"{n}%nat => {e}" for n, e in enumerate(before)] + [f"_ => {last}"]
        return f"(match {numbers[0]} with {' | '.join(cases)} end)"

    # -- tactics -----------------------------------------------------------------------------

    def up(self, formula: Term, proof: str) -> str:
        """Proves the formula in the model, from a proof of what ``interpret`` makes of it."""
        a = formula.args
        match formula.op:
            case "true":
                return "exact I"
            case "eq" if a[0].sort.finite:
                return f"elements_equal {proof}"
            case "not":
                h = self._fresh()
                return f"intro {h}; apply {proof}; {self.down(a[0], h)}"
            case "and":
                return split([self.up(p, part(proof, n, len(a))) for n, p in enumerate(a)])
            case "or":
                return self._either(a, proof, self.up)
            case "implies":
                g, h = self._fresh(), self._fresh()
                first, second = f"intro {g}; {self.up(a[1], g)}", self.down(a[0], h)
                return f"intro {h}; lapply {proof}; [{first} | {second}]"
            case "forall" if a[0].sort.finite:
                x, sort = self._fresh(), a[0].sort
                names = self.model.domains[sort]
                cases = (
                    self.up(a[1], self._of_run(part(proof, n, len(names)), name, x))
                    for n, name in enumerate(names)
                )
                return f"intro {x}; {self._apart(sort, x)}; [{' | '.join(cases)}]"
            case "forall":
                x = self._fresh()
                return f"intro {x}; {self.up(a[1], f'({proof} {x})')}"
        return self._atom(proof)

    def down(self, formula: Term, proof: str) -> str:
        """Proves what ``interpret`` makes of the formula, from a proof of it in the model."""
        a = formula.args
        match formula.op:
            case "true":
                return "exact I"
            case "eq" if a[0].sort.finite:
                return f"elements_differ {proof}"
            case "not":
                h = self._fresh()
                return f"intro {h}; apply {proof}; {self.up(a[0], h)}"
            case "and":
                return split([self.down(p, part(proof, n, len(a))) for n, p in enumerate(a)])
            case "or":
                return self._either(a, proof, self.down)
            case "implies":
                g, h = self._fresh(), self._fresh()
                first, second = f"intro {g}; {self.down(a[1], g)}", self.up(a[0], h)
                return f"intro {h}; lapply {proof}; [{first} | {second}]"
            case "forall" if a[0].sort.finite:
                if self._has_runs(a[0].sort):
                    raise KernelError(f"{self.name}: a condition on a whole run has no translation")
                names = (self.named(a[0].sort, e) for e in self.model.domains[a[0].sort])
                return split([self.down(a[1], f"({proof} {name})") for name in names])
            case "forall":
                x = self._fresh()
                return f"intro {x}; {self.down(a[1], f'({proof} {x})')}"
        return self._atom(proof)

    def _atom(self, proof: str) -> str:
        return f"{'up_to_runs' if self.model.runs else 'up_to_casts'} {proof}"

    def _apart(self, sort: Sort, variable: str) -> str:
        """Tactic: one case for each name."""
        runs, names = self.model.runs, self.model.domains[sort]
        if not self._has_runs(sort):
            return f"destruct {variable}"
        parts = [variable if name in runs else "[]" for name in names]
        pattern = reduce(lambda before, part: f"[{before} | {part}]", parts)
        return f"destruct {variable} as {pattern}" if len(names) > 1 else "idtac"

    def _of_run(self, proof: str, name: str, variable: str) -> str:
        """What holds of all numbers of a run, at one of them."""
        if name not in self.model.runs:
            return proof
        return f"({proof} (number {variable}) (upto_le _ {variable}))"

    def _either(self, parts: Sequence[Term], proof: str, tactic: Callable[[Term, str], str]) -> str:
        h = self._fresh()
        first = tactic(parts[0], h)
        if len(parts) == 1:
            return f"pose proof {proof} as {h}; {first}"
        rest = self._either(parts[1:], h, tactic)
        return f"destruct {proof} as [{h}|{h}]; [left; {first} | right; {rest}]"

    def _fresh(self) -> str:
        return f"m{next(self._numbers)}"


def _applied(function: str, arguments: Sequence[str]) -> str:
    return f"({' '.join([function, *arguments])})" if arguments else function


def split(tactics: Sequence[str]) -> str:
    """One tactic for each part of a conjunction."""
    first, *rest = tactics
    return f"split; [{first} | {split(rest)}]" if rest else first
