r"""Terms as TeX, in the paper's notation.

Nothing is proved here. What the writer changes is how a term looks, never the value it has where it
is defined: signs move to the front, products and sums lose brackets that regrouping makes idle, and
definitions of the paper are written in its own signs: \pi for exp(log pi), \pi(v | p) for the next
token given a prefix, E^{+}[f] for a mean under pi+, eqs. (7a), (7b).

Brackets are \bigl( ... \bigr), which TeX may break a line in; \left( ... \right) is one box. For
the same reason a long quotient is written with a stroke and a long exponent as \exp( ... ).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.kernel.terms import Symbol, Term, const
from theory.paper.latex_letters import (
    APPLIED,
    ATOM,
    COMPARE,
    LOGIC,
    OPEN,
    POLICY,
    POWER,
    PRODUCT,
    QUOTIENT,
    STRENGTHS,
    SUM,
    letter,
)

FENCES = (("(", ")"), ("\\bigl(", "\\bigr)"), ("\\Bigl(", "\\Bigr)"), ("\\biggl(", "\\biggr)"))
OPENINGS, DIGITS = tuple(left for left, _ in FENCES), tuple("0123456789")
RELATIONS = {"le": r"\le", "lt": "<", "eq": "="}
WIDEST_QUOTIENT, WIDEST_EXPONENT = 34, 14  # in letters; longer ones would not fit on a line
WIDEST_DISPLAY = 36  # in letters; a longer one must be able to break in a narrow column
WIDE_FACTOR = 24  # in letters; a line may break before a wider quotient


# -- pieces of a formula, with their size and brackets that fit ------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """TeX, how strongly it holds together, and its size: lines high and letters wide."""

    tex: str
    strength: int = ATOM
    height: int = 0
    width: int = 1


def atom(tex: str, strength: int = ATOM) -> Piece:
    return Piece(tex, strength, 0, letters_in(tex))


def letters_in(tex: str) -> int:
    return len(re.sub(r"\\[a-zA-Z]+ ?|[{}_^\\,]", "", tex)) + len(re.findall(r"\\[a-zA-Z]+", tex))


def displayed(tex: str, width: int) -> str:
    """A formula on a line of its own, or, where it is too wide for a column, on several."""
    if width <= WIDEST_DISPLAY:
        return rf"\[ {tex} \]"
    breakable = tex.replace(r"\qquad", r"\qquad\allowbreak ")
    return rf"\begin{{center}}$\displaystyle {breakable}$\end{{center}}"


def joined(parts: Iterable[Piece], between: str, strength: int) -> Piece:
    parts = list(parts)
    width = sum(p.width for p in parts) + (len(parts) - 1) * letters_in(between)
    return Piece(between.join(p.tex for p in parts), strength, max(p.height for p in parts), width)


def fenced(piece: Piece) -> Piece:
    left, right = FENCES[min(piece.height, 3)]
    return Piece(left + piece.tex + right, ATOM, piece.height, piece.width + 2)


def sized(piece: Piece, left: str, right: str) -> str:
    """The piece between other delimiters of its height."""
    grown = ("", "\\big", "\\Big", "\\bigg")[min(piece.height, 3)]
    return f"{grown}l{left}{piece.tex}{grown}r{right}" if grown else f"{left}{piece.tex}{right}"


# -- terms -----------------------------------------------------------------------------------------


def formula(term: Term, names: Mapping[Term, Term] | None = None, display: bool = True) -> str:
    """The term as TeX for math mode; ``names`` maps whole terms to what to write for them.

    ``display`` says whether sums and quotients are set large. Raises UnknownLetter."""
    return Writer(names or {}, display).piece(term).tex


def lines(term: Term, names: Mapping[Term, Term] | None = None) -> list[str]:
    """The parts of a conjunction, one formula each; a single formula for anything else."""
    writer = Writer(names or {})
    return [writer.chain(parts).tex for parts in chains(conjuncts(term))]


def conjuncts(term: Term) -> list[Term]:
    return [p for a in term.args for p in conjuncts(a)] if term.op == "and" else [term]


def chains(parts: Iterable[Term]) -> list[list[Term]]:
    """Comparisons that go on where the one before ended, together: 0 <= t and t <= eta."""
    found: list[list[Term]] = []
    for part in parts:
        last = found[-1][-1] if found else None
        if (
            last is not None
            and last.op in RELATIONS
            and part.op in RELATIONS
            and last.args[1] == part.args[0]
        ):
            found[-1].append(part)
        else:
            found.append([part])
    return found


def negated(term: Term) -> Term | None:
    """The term without the minus sign in front of it; None if there is none."""
    if term.op == "neg":
        return term.args[0]
    if isinstance(term.data, Fraction) and term.data < 0:
        return const(-term.data)
    if term.op in ("mul", "div"):
        first = negated(term.args[0])
        return None if first is None else Term(term.op, (first, term.args[1]))
    return None


@dataclass(frozen=True, slots=True)
class Writer:
    names: Mapping[Term, Term]
    display: bool = True

    def piece(self, term: Term) -> Piece:
        if term in self.names:
            return Writer({}, self.display).piece(self.names[term])
        for reading in (self._policy, self._conditional_mean, self._application):
            found = reading(term)
            if found is not None:
                return found
        positive = negated(term)
        if positive is not None:
            inner = self.part(positive, OPEN)
            return Piece(f"-{inner.tex}", SUM, inner.height, inner.width + 1)
        return self._plain(term)

    def part(self, term: Term, at_least: int) -> Piece:
        """The term, between brackets unless it holds together at least so strongly."""
        piece = self.piece(term)
        return fenced(piece) if piece.strength < at_least else piece

    def chain(self, parts: list[Term]) -> Piece:
        if len(parts) == 1:
            return self.piece(parts[0])
        pieces = [self.part(parts[0].args[0], SUM)]
        for comparison in parts:
            right = self.part(comparison.args[1], SUM)
            tex = f"{RELATIONS[comparison.op]} {right.tex}"
            pieces.append(Piece(tex, COMPARE, right.height, right.width + 1))
        return joined(pieces, " ", COMPARE)

    # -- the paper's own signs -----------------------------------------------------------------
    def _policy(self, term: Term) -> Piece | None:
        """log pi, the score, the gradient; of a token, given a prefix; and pi = exp(log pi)."""
        if term.op == "exp":
            found = self._policy(term.args[0])
            if found is None or not found.tex.startswith(r"\log\pi"):
                return None
            return atom(found.tex.removeprefix(r"\log"))
        given = ""
        if term.op == "add" and term.args[1].op == "neg":
            longer, shorter = term.args[0], term.args[1].args[0]
            if not _goes_on(longer, shorter):
                return None
            given = rf"\mid {self.piece(_placed(shorter)[1]).tex}"
            term = longer
        if not isinstance(term.data, Symbol) or term.data.name not in POLICY:
            return None
        before, where, after = _placed(term)
        head = POLICY[term.data.name]
        if "#" in head:
            head, before = head.replace("#", self.piece(before[-1]).tex), before[:-1]
        shown = where.args[1] if given else where
        index = ",".join(self.piece(x).tex for x in (*before, *after))
        tex = f"{head}_{{{index}}}({self.piece(shown).tex}{given})"
        return atom(tex, ATOM if head == "s" else OPEN)

    def _conditional_mean(self, term: Term) -> Piece | None:
        """E+[f] and E-[f] over responses, eqs. (7a), (7b)."""
        if term.op != "div" or term.args[0].op != "sum":
            return None
        index, product = term.args[0].args
        if product.op != "mul":
            return None
        weight, f = product.args
        correct = _success_weight(weight)
        incorrect = None if correct is not None else _failure_weight(weight)
        symbol = correct or incorrect
        if symbol is None:
            return None
        success = Term("sum", (index, symbol.reward_times_policy))
        if term.args[1] != (success if correct is not None else 1 - success):
            return None
        time = ",".join(self.piece(x).tex for x in symbol.indices)
        inner = self.piece(f)
        sign = "+" if correct is not None else "-"
        tex = rf"\mathbb{{E}}^{{{sign}}}_{{{time}}}{sized(inner, '[', ']')}"
        return Piece(tex, ATOM, inner.height, inner.width + 4)

    def _application(self, term: Term) -> Piece | None:
        if not isinstance(term.data, Symbol):
            return None
        name, inside = term.data.name, [self.piece(a) for a in term.args]
        template = APPLIED.get((name, len(inside)))
        if template is None:
            arguments = joined(inside, ", ", ATOM)
            tex = letter(name) + fenced(arguments).tex
            return Piece(tex, ATOM, arguments.height, arguments.width + 3)
        for number, piece in enumerate(inside, start=1):
            template = template.replace(f"#{number}", piece.tex)
        return atom(template, STRENGTHS.get(name, ATOM))

    # -- everything else -------------------------------------------------------------------------
    def _plain(self, term: Term) -> Piece:
        args, data = term.args, term.data
        match term.op:
            case "var":
                return atom(letter(str(data)), STRENGTHS.get(str(data), ATOM))
            case "const":
                assert isinstance(data, Fraction)
                if data.denominator == 1:
                    return atom(str(data))
                tex = rf"\tfrac{{{data.numerator}}}{{{data.denominator}}}"
                return Piece(tex, QUOTIENT, 0, len(str(data.denominator)))
            case "add":
                return self._sum(args[0], args[1])
            case "mul":
                return self._product(args[0], args[1])
            case "div":
                return self._quotient(args[0], args[1])
            case "pow":
                base = self.part(args[0], ATOM)
                return Piece(f"{base.tex}^{{{data}}}", POWER, base.height, base.width + 1)
            case "abs":
                inner = self.piece(args[0])
                tex = sized(inner, r"\lvert ", r"\rvert ")
                return Piece(tex, ATOM, inner.height, inner.width + 2)
            case "max" | "min":
                return self._extreme(term)
            case "pi":
                return atom(r"\pi")
            case "exp" | "log" | "sin" | "cos":
                return self._function(term.op, self.piece(args[0]))
            case "sum" | "prefix":
                below = self.piece(args[0]).tex
                if term.op == "prefix":
                    below += f"<{self.piece(args[1]).tex}"
                body = self.part(args[-1], OPEN)
                height = max(2 if self.display else 1, body.height)
                return Piece(rf"\sum_{{{below}}} {body.tex}", OPEN, height, body.width + 2)
            case "le" | "lt" | "eq":
                sides = (self.part(side, SUM) for side in args)
                return joined(sides, f" {RELATIONS[term.op]} ", COMPARE)
            case "not" if args[0].op == "eq":
                return joined((self.part(s, SUM) for s in args[0].args), r" \neq ", COMPARE)
            case "not":
                return atom(rf"\neg {self.part(args[0], ATOM).tex}", COMPARE)
            case "and":
                parts = chains(conjuncts(term))
                pieces = [self.chain(part) for part in parts]
                if len(pieces) == 1:
                    return pieces[0]
                return self._logic(pieces, "and")
            case "or":
                return self._logic([self.piece(a) for a in args], "or")
            case "implies":
                right = self.piece(args[1])
                if args[1].op in ("and", "or") and right.strength == LOGIC:
                    right = fenced(right)
                pieces = [self.part(args[0], COMPARE), right]
                return joined(pieces, r" \Rightarrow \allowbreak ", LOGIC)
            case "forall":
                return self._for_all(term)
            case "deriv":
                function, slope = self.part(args[1], OPEN), self.part(args[2], SUM)
                head = rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}}{self.piece(args[0]).tex}}}\,"
                pieces = [Piece(head + function.tex, SUM, 2, function.width + 2), slope]
                return joined(pieces, " = ", COMPARE)
        return atom(r"\text{true}")

    def _sum(self, left: Term, right: Term) -> Piece:
        positive = None if right in self.names else negated(right)
        if positive is None:
            second = self.part(right, SUM if right.op == "add" else OPEN)
            second = fenced(second) if second.tex.startswith("-") else second
            return joined((self.part(left, SUM), second), " + ", SUM)
        return joined((self.part(left, SUM), self.part(positive, OPEN)), " - ", SUM)

    def _product(self, left: Term, right: Term) -> Piece:
        if left == const(1):
            return self.piece(right)
        first, second = self.part(left, PRODUCT), self.part(right, OPEN)
        applied = second.tex.startswith(OPENINGS) and left.op != "const"
        dot = applied or second.tex.startswith((*DIGITS, r"\tfrac"))
        strength = OPEN if second.strength == OPEN else PRODUCT
        wide = second.strength == QUOTIENT and second.width > WIDE_FACTOR
        between = r" \cdot " if dot else r"\,\allowbreak " if wide else r"\,"
        return joined((first, second), between, strength)

    def _quotient(self, above: Term, below: Term, stroke: bool = False) -> Piece:
        small = Writer(self.names, display=False)
        top, bottom = small.piece(above), small.piece(below)
        if above.op == "div" and above not in self.names:
            top = small._quotient(above.args[0], above.args[1], stroke=True)
        if max(top.width, bottom.width) <= WIDEST_QUOTIENT and not stroke:
            height = min(3, max(top.height, bottom.height) + (2 if self.display else 1))
            tex = rf"\frac{{{top.tex}}}{{{bottom.tex}}}"
            return Piece(tex, QUOTIENT, height, max(top.width, bottom.width))
        return joined((self.part(above, PRODUCT), self.part(below, POWER)), r"/\allowbreak ", OPEN)

    def _function(self, name: str, inner: Piece) -> Piece:
        if name == "exp" and inner.height == 0 and inner.width <= WIDEST_EXPONENT:
            return Piece(f"e^{{{inner.tex}}}", POWER, 0, inner.width)
        bare = inner.strength == ATOM and inner.width <= 2
        tex = rf"\{name} {inner.tex}" if bare else rf"\{name}{fenced(inner).tex}"
        return Piece(tex, OPEN if bare else ATOM, inner.height, inner.width + 4)

    def _extreme(self, term: Term) -> Piece:
        first, second = term.args
        if term.op == "max" and second == const(0):
            inner = self.piece(first)
            return Piece(f"{sized(inner, '[', ']')}_{{+}}", POWER, inner.height, inner.width + 2)
        parts = [first]
        while second.op == term.op and second not in self.names:
            parts.append(second.args[0])
            second = second.args[1]
        inner = joined([self.piece(p) for p in (*parts, second)], r",\ \allowbreak ", ATOM)
        tex = "\\" + term.op + sized(inner, r"\{", r"\}")
        return Piece(tex, ATOM, inner.height, inner.width + 5)

    def _logic(self, pieces: list[Piece], word: str) -> Piece:
        fencing = (fenced(p) if p.strength < COMPARE else p for p in pieces)
        return joined(fencing, rf"\ \text{{{word}}}\ \allowbreak ", LOGIC)

    def _for_all(self, term: Term) -> Piece:
        bound = []
        while term.op == "forall":
            bound.append(self.piece(term.args[0]).tex)
            term = term.args[1]
        body = self.piece(term)
        head = rf"\forall {','.join(bound)}\colon\ \allowbreak "
        return Piece(head + body.tex, LOGIC, body.height, body.width + 3 + len(bound))


@dataclass(frozen=True, slots=True)
class Weight:
    """r(o) pi(o), the weight of pi+ before normalisation, and the indices of its policy."""

    reward_times_policy: Term
    indices: tuple[Term, ...]


def _success_weight(term: Term) -> Weight | None:
    if term.op != "mul" or term.args[1].op != "exp":
        return None
    reward, policy = term.args[0], term.args[1].args[0]
    if not (_is(reward, "r") and _is(policy, "logp")):
        return None
    before, _, after = _placed(policy)
    return Weight(term, (*before, *after))


def _failure_weight(term: Term) -> Weight | None:
    """(1 - r(o)) pi(o), as the weight of pi+ that belongs to it."""
    if term.op != "mul" or term.args[0].op != "add" or term.args[0].args[1].op != "neg":
        return None
    reward = term.args[0].args[1].args[0]
    found = _success_weight(Term("mul", (reward, term.args[1])))
    return found if found is not None and term.args[0] == 1 - reward else None


def _is(term: Term, name: str) -> bool:
    return isinstance(term.data, Symbol) and term.data.name == name


def _goes_on(longer: Term, shorter: Term) -> bool:
    """f(extend(p, v), ...) and f(p, ...), f one of log pi, the score and the gradient."""
    if not isinstance(longer.data, Symbol) or longer.data.name not in POLICY:
        return False
    if longer.data != shorter.data or not _is(_placed(longer)[1], "extend"):
        return False
    before, where, after = _placed(longer)
    return (*before, where.args[0], *after) == shorter.args


def _placed(policy: Term) -> tuple[tuple[Term, ...], Term, tuple[Term, ...]]:
    """Of log pi, the score or the gradient: the indices; the response or prefix; the time along a
    line, or the parameters."""
    place = max(n for n, arg in enumerate(policy.args) if arg.sort.finite)
    return policy.args[:place], policy.args[place], policy.args[place + 1 :]
