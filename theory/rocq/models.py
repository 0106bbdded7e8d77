"""Models as Rocq text: a witness, a countermodel, a family of models for an existence claim.

``interpret`` of the kernel writes sums and quantifiers over finite sets out. Rocq computes the same
from the definitions, so a proved formula and the formula in the model differ only in their
connectives: ``up`` and ``down`` are the tactics for these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count
from math import prod

from theory.kernel.models import Model, Numbered, Row, Value
from theory.kernel.terms import KernelError, Sort, Symbol, Term, const
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
        """An enumeration for each index set."""
        if not self.model.domains:
            return ""
        lines = [f"Module {self.name}."]
        for sort, names in self.model.domains.items():
            elements = [self.element(sort, n) for n in names]
            kind = sort.name.lower()
            lines.append(f"Inductive {kind} := {' | '.join(elements)}.")
            lines.append(f"Definition {sort.name} : Index.")
            fields = f"elements := [{'; '.join(elements)}]; some := {elements[0]}"
            lines.append(f"Proof. refine {{| carrier := {kind}; {fields} |}}; finite. Defined.")
        return "\n".join([*lines, f"End {self.name}.", ""])

    def value(self, item: Item) -> str:
        """What the model puts for an index set, a symbol or a variable."""
        model, w = self.model, self.writer
        if isinstance(item, Sort):
            return f"{self.name}.{item.name}" if item in model.domains else "point"
        if isinstance(item, Symbol):
            return self._function(item)
        if item in model.elements:
            return self._named(sort_of(item), str(model.elements[item]))
        if item in model.values:
            return w.value(model.values[item], sort_of(item))
        return w.default(item)

    def _function(self, symbol: Symbol) -> str:
        """A match on the finite arguments, a function of the others for each choice."""
        finite = [(n, s) for n, s in enumerate(symbol.sorts) if s.finite]
        others = [f"arg{n}" for n, s in enumerate(symbol.sorts) if not s.finite]
        rows: dict[Row, str] = {}
        for row, function in self.model.functions.get(symbol, {}).items():
            rows[row] = self.writer.function(function, symbol.result)
        for row, element in self.model.maps.get(symbol, {}).items():
            rows[row] = self._chosen(symbol.result, element, others)
        if not rows:
            return self.writer.default(symbol)
        if not finite:
            return rows[()]
        cases = [
            ", ".join(self._named(s, e) for (_, s), e in zip(finite, row, strict=True))
            + f" => {text}"
            for row, text in rows.items()
        ]
        if len(rows) < prod(len(self.model.domains[s]) for _, s in finite):
            rest = symbol.result
            default = (
                self._named(rest, self.model.domains[rest][0])
                if rest.finite
                else self.writer.value(const(0), rest)
            )
            nothing = f"(fun {'_ ' * len(others)}=> {default})" if others else default
            cases.append(f"{', '.join('_' * len(finite))} => {nothing}")
        binders = " ".join(
            f"(arg{n} : {f'{self.name}.{s.name.lower()}' if s.finite else self.writer.sort(s)})"
            for n, s in enumerate(symbol.sorts)
        )
        looked_at = ", ".join(f"arg{n}" for n, _ in finite)
        chosen = f"match {looked_at} with {' | '.join(cases)} end"
        return f"(fun {binders} => ({chosen}) {' '.join(others)})"

    def _chosen(self, sort: Sort, value: Value, others: Sequence[str]) -> str:
        """One element, or those at n = 0, 1, 2, ... and then always the last."""
        if isinstance(value, str):
            body = self._named(sort, value)
            return f"(fun {'_ ' * len(others)}=> {body})" if others else body
        if isinstance(value, Numbered):
            raise KernelError(f"{self.name}: a run of elements has no translation")
        *before, last = (self._named(sort, e) for e in value)
        cases = [f"{n}%nat => {e}" for n, e in enumerate(before)] + [f"_ => {last}"]
        return f"(fun n => match n with {' | '.join(cases)} end)"

    def _named(self, sort: Sort, name: str) -> str:
        return f"{self.name}.{self.element(sort, name)}"

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
                x, names = self._fresh(), self.model.domains[a[0].sort]
                cases = (self.up(a[1], part(proof, n, len(names))) for n in range(len(names)))
                return f"intro {x}; destruct {x}; [{' | '.join(cases)}]"
            case "forall":
                x = self._fresh()
                return f"intro {x}; {self.up(a[1], f'({proof} {x})')}"
        return f"up_to_casts {proof}"

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
                names = (self._named(a[0].sort, e) for e in self.model.domains[a[0].sort])
                return split([self.down(a[1], f"({proof} {name})") for name in names])
            case "forall":
                x = self._fresh()
                return f"intro {x}; {self.down(a[1], f'({proof} {x})')}"
        return f"up_to_casts {proof}"

    def _either(self, parts: Sequence[Term], proof: str, tactic: Callable[[Term, str], str]) -> str:
        h = self._fresh()
        first = tactic(parts[0], h)
        if len(parts) == 1:
            return f"pose proof {proof} as {h}; {first}"
        rest = self._either(parts[1:], h, tactic)
        return f"destruct {proof} as [{h}|{h}]; [left; {first} | right; {rest}]"

    def _fresh(self) -> str:
        return f"m{next(self._numbers)}"


def split(tactics: Sequence[str]) -> str:
    """One tactic for each part of a conjunction."""
    first, *rest = tactics
    return f"split; [{first} | {split(rest)}]" if rest else first
