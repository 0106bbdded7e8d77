"""Text to a tree of expressions, by a grammar that names all it allows; nothing is evaluated.

    question    [list =>] list
    list        chain, then any of        (, | and) chain
    chain       sum, then one or more of  (< | <= | > | >= | == | != ) sum
    sum         product, then any of      (+ | -) product
    product     signed, then any of       (* | /) signed
    signed      - signed  or  power
    power       atom, or                  atom (** | ^) signed
    atom        number | pi | name | function ( sum, ... ) | ( sum )

So - binds as in Python: -x**2 is -(x**2), and 2**-1 is 1/2. The tree has two arguments under every
mul, div, min and max, and under an add of at most 32 terms; a longer sum is one add. a - b is
a + (-b), and a != b is 0 < abs(a - b). The negative of a constant, a quotient of two constants, and
arithmetic of constants in an exponent are constants: 1/3 is one number. x**(3/2) is sqrt(x)**3; any
other power whose exponent is no integer is a real power, exp(exponent * log(base)) where the base
is a positive constant. tan, tanh, softplus, ... are abbreviations: ``DEFINED``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from theory.inequality.expression import Comparison, Expr, Op, Question, Sign
from theory.inequality.tokens import (
    ALL_VALUES,
    LIMITS,
    Token,
    fits,
    quoted,
    tokens,
    too_long,
)
from theory.inequality.tokens import BadFormula as BadFormula
from theory.inequality.tokens import Limits as Limits

FUNCTIONS: dict[str, Op] = {
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "abs": "abs",
    "min": "min",
    "max": "max",
}
"""log is the natural logarithm, and ln another name of it."""

DEFINED: dict[str, tuple[tuple[str, ...], str]] = {
    "tan": (("x",), "sin(x)/cos(x)"),
    "sinh": (("x",), "(exp(x) - exp(-x))/2"),
    "cosh": (("x",), "(exp(x) + exp(-x))/2"),
    "tanh": (("x",), "1 - 2/(exp(2*x) + 1)"),
    "sigmoid": (("x",), "1/(1 + exp(-x))"),
    "softplus": (("x",), "log(1 + exp(x))"),
    "relu": (("x",), "max(0, x)"),
    "log1p": (("x",), "log(1 + x)"),
    "expm1": (("x",), "exp(x) - 1"),
    "log2": (("x",), "log(x)/log(2)"),
    "log10": (("x",), "log(x)/log(10)"),
    "clip": (("x", "low", "high"), "min(max(x, low), high)"),
    "pow": (("x", "y"), "x**y"),
}
"""Abbreviations: their parameters, and what they stand for."""

SIGNS: dict[str, tuple[Sign, bool]] = {
    "<": ("<", False),
    "<=": ("<=", False),
    ">": ("<", True),
    ">=": ("<=", True),
    "==": ("==", False),
}
"""How a mark is kept: its sign, and whether the sides change places."""

RESERVED = {
    "and": "it stands between two comparisons",
    "or": "there is no or",
    "not": "there is no not; the opposite of < is >=",
    "e": "Euler's number is exp(1), and its powers are exp(x)",
    "E": "Euler's number is exp(1); another letter, such as E_1, is a variable",
    **dict.fromkeys(("Pi", "PI"), "the number is written pi"),
    **dict.fromkeys(("inf", "Inf", "oo", "infinity", "Infinity"), "leave out an infinite bound"),
    **dict.fromkeys(("nan", "NaN"), "it is no number"),
    **dict.fromkeys(("forall", "for", "all", "where", "if", "when"), ALL_VALUES),
    "exists": "there is no exists: a claim is about all values",
    "implies": "write =>",
}
"""Words that are no variables, and why."""

# binding strength: sum < product < sign < power
SUM, PRODUCT, SIGN, POWER = range(1, 5)
LONGEST_BINARY_SUM = 32  # terms
STRENGTH = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER, "^": POWER}


def parse(text: str, *, limits: Limits = LIMITS) -> tuple[Comparison, ...]:
    """The comparisons of one or more chains: 0 < x <= 1 is 0 < x and x <= 1. BadFormula: see
    there."""
    reader = _Reader(text, limits)
    found = reader.chains()
    reader.end()
    return found


def parse_question(text: str, *, limits: Limits = LIMITS) -> Question:
    """A claim, or assumptions => claim. BadFormula: see there."""
    reader = _Reader(text, limits)
    assume: tuple[Comparison, ...] = ()
    claim = reader.chains()
    if reader.token.text == "=>":
        reader.take()
        assume, claim = claim, reader.chains()
    reader.end()
    return Question(assume, claim)


Formula = str | Comparison | Iterable[Comparison]


def as_question(claim: Formula, assume: str | Iterable[str | Comparison] = ()) -> Question:
    """The question that these texts or comparisons ask. Raises BadFormula, and ValueError for an
    empty claim."""
    texts: Iterable[Any] = [assume] if isinstance(assume, str | Comparison) else assume
    given = tuple(c for n, one in enumerate(texts, start=1) for c in _assumed(one, n))
    if isinstance(claim, str):
        question = parse_question(claim)
        return Question((*given, *question.assume), question.claim)
    asked = (claim,) if isinstance(claim, Comparison) else tuple(claim)
    if not asked:
        raise ValueError("a claim has at least one comparison")
    return Question(given, asked)


def _assumed(formula: str | Comparison, number: int) -> tuple[Comparison, ...]:
    if isinstance(formula, Comparison):
        return (formula,)
    try:
        return parse(formula)
    except BadFormula as error:
        where = f"assumption {number}, {quoted(formula)}, "
        raise BadFormula(error.column, error.problem, where) from error


def parse_expression(text: str, *, limits: Limits = LIMITS) -> Expr:
    """The tree of an expression without comparison. BadFormula: see there."""
    reader = _Reader(text, limits)
    found = reader.part(SUM)
    reader.end()
    return found.expr


@dataclass(frozen=True, slots=True)
class _Part:
    """A tree that has been read, its levels and nodes, and the column where it began."""

    expr: Expr
    depth: int
    nodes: int
    column: int


class _Reader:
    """One token ahead. It calls itself inside ( ), after a sign and in an exponent: `level` counts
    how deep, so that no text exhausts the stack."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._tokens = tokens(text, limits)
        self._limits = limits
        self._nodes = 0
        self.token = next(self._tokens)

    def take(self) -> Token:
        """The token ahead; the next one is then ahead."""
        taken = self.token
        if taken.kind != "end":
            self.token = next(self._tokens)
        return taken

    def end(self) -> None:
        if self.token.text == "=>":
            raise self._misplaced("one => at most, between assumptions and claim")
        if self.token.kind != "end":
            raise self.unexpected("an operator")

    def _misplaced(self, expected: str) -> BadFormula:
        hint = "=> means implies; at least is written >="
        return BadFormula(self.token.column, f"expected {expected}, found '=>'; {hint}")

    def unexpected(self, expected: str) -> BadFormula:
        """What stands ahead instead of what was expected."""
        word = self.token
        if word.text in RESERVED:
            return BadFormula(word.column, f"{word} cannot stand here: {RESERVED[word.text]}")
        return BadFormula(word.column, f"expected {expected}, found {word}")

    # -- the grammar ---------------------------------------------------------------------------

    def chains(self) -> tuple[Comparison, ...]:
        """Chains with a comma, or and, between them."""
        found = self._chain()
        while self.token.text in (",", "and"):
            self.take()
            found += self._chain()
        return found

    def _chain(self) -> tuple[Comparison, ...]:
        sides, marks = [self.part(SUM)], []
        while self.token.text in (*SIGNS, "!="):
            marks.append(self.take())
            self._nodes += 2  # a comparison is more work than a node
            sides.append(self.part(SUM))
        comparisons = "a comparison: < <= > >= == !="
        if not marks and self.token.text == "=>":
            raise self._misplaced(f"an operator or {comparisons}")
        if not marks:
            raise self.unexpected(f"an operator or {comparisons}")
        pairs = zip(sides, marks, sides[1:], strict=False)
        return tuple(self._comparison(left, mark, right) for left, mark, right in pairs)

    def _comparison(self, left: _Part, mark: Token, right: _Part) -> Comparison:
        if mark.text == "!=":
            gap = self._node("abs", (self._sum([left, self._negative(right)]),), mark.column)
            return Comparison(Expr("const", (), Fraction(0)), "<", gap.expr)
        sign, swapped = SIGNS[mark.text]
        sides = (right.expr, left.expr) if swapped else (left.expr, right.expr)
        return Comparison(sides[0], sign, sides[1])

    def part(self, least: int, level: int = 1) -> _Part:
        """The longest expression ahead whose operators all bind at least so strongly."""
        if level > self._limits.depth:
            raise self._too_deep(self.token.column)
        found = self._first(level)
        while True:
            strength = POWER if self.token.kind == "superscript" else self._strength()
            if strength < max(least, PRODUCT):
                break
            operator = self.take()
            if operator.kind == "superscript":
                raised = self._node("const", (), operator.column, operator.value)
                found = self._power(found, raised)
                continue
            right = self.part(SIGN, level + (strength == POWER))
            found = self._joined(operator, found, right)
        terms = [found]
        while least == SUM and self._strength() == SUM:
            minus = self.take().text == "-"
            term = self.part(PRODUCT, level)
            terms.append(self._negative(term) if minus else term)
        self._no_missing_operator()
        return self._sum(terms)

    def _strength(self) -> int:
        return STRENGTH.get(self.token.text, 0) if self.token.kind == "mark" else 0

    def _first(self, level: int) -> _Part:
        """A signed expression or an atom."""
        word = self.token
        if word.text in RESERVED or (
            word.text not in ("-", "(", "|") and word.kind not in ("number", "name")
        ):
            raise self.unexpected("a number, a name, - or (")
        self.take()
        if word.text == "-":
            return self._negative(self.part(SIGN, level + 1), word.column)
        if word.text == "(":
            found = self.part(SUM, level + 1)
            self._close()
            return found
        if word.text == "|":
            found = self._node("abs", (self.part(SUM, level + 1),), word.column)
            self._close("|")
            return found
        if word.kind == "number":
            return self._node("const", (), word.column, word.value)
        if word.text in FUNCTIONS or word.text in DEFINED:
            return self._call(word, level)
        return self._named(word)

    def _named(self, word: Token) -> _Part:
        if self.token.text == "(":
            near = {w.lower(): w for w in (*FUNCTIONS, *DEFINED)}.get(word.text.lower())
            there = f"write {near}" if near else "there are " + ", ".join((*FUNCTIONS, *DEFINED))
            raise BadFormula(word.column, f"{word} is not a function; {there}")
        if word.text == "pi":
            return self._node("pi", (), word.column)
        return self._node("var", (), word.column, word.text)

    def _call(self, word: Token, level: int) -> _Part:
        if word.length == 1 and self.token.kind in ("number", "name"):  # a root sign
            inside = self.take()
            if inside.text in (*FUNCTIONS, *DEFINED, *RESERVED) or self._strength() == POWER:
                raise BadFormula(word.column, "write sqrt(...) with brackets")
            number = inside.kind == "number"
            found = self._node("const", (), word.column, inside.value) if number else None
            return self._node("sqrt", (found or self._named(inside),), word.column)
        if self.token.text != "(":
            raise BadFormula(word.column, f"{word} is a function; write {word.text}(...)")
        self.take()
        found = self.part(SUM, level + 1)
        op = FUNCTIONS.get(word.text)
        if op in ("min", "max"):
            if self.token.text != ",":
                raise self.unexpected(f"a comma, {word.text} takes two or more arguments")
            while self.token.text == ",":
                self.take()
                found = self._node(op, (found, self.part(SUM, level + 1)), word.column)
            self._close()
            return found
        names, stands_for = DEFINED.get(word.text, (("x",), ""))
        given = {names[0]: found}
        for name in names[1:]:
            if self.token.text != ",":
                raise self.unexpected(f"a comma, {word.text} takes {len(names)} arguments")
            self.take()
            given[name] = self.part(SUM, level + 1)
        self._close()
        if op is not None:
            return self._node(op, (found,), word.column)
        return self._filled(parse_expression(stands_for), given, word.column)

    def _filled(self, template: Expr, given: dict[str, _Part], column: int) -> _Part:
        """What an abbreviation stands for."""
        if template.op == "var":
            return given[str(template.value)]
        args = [self._filled(arg, given, column) for arg in template.args]
        match template.op:
            case "neg":
                return self._negative(args[0])
            case "div":
                return self._quotient(args[0], args[1])
            case "real_power":
                return self._power(args[0], args[1])
        return self._node(template.op, tuple(args), column, template.value)

    def _close(self, bracket: str = ")") -> None:
        if self.token.text != bracket:
            raise self.unexpected(f"an operator or {bracket}")
        self.take()

    def _no_missing_operator(self) -> None:
        """2x and 2(x + 1) are no products here: say so, where they would be read as such."""
        word = self.token
        if word.text in RESERVED and word.text != "and":
            raise self.unexpected("an operator")
        if word.text != "and" and (word.kind in ("number", "name") or word.text == "("):
            raise BadFormula(
                word.column, f"expected an operator, found {word}; a product is written with *"
            )

    # -- the tree ------------------------------------------------------------------------------

    def _joined(self, operator: Token, left: _Part, right: _Part) -> _Part:
        if operator.text == "*":
            return self._node("mul", (left, right), left.column)
        return self._quotient(left, right) if operator.text == "/" else self._power(left, right)

    def _sum(self, terms: list[_Part]) -> _Part:
        if len(terms) > LONGEST_BINARY_SUM:
            return self._node("add", tuple(terms), terms[0].column)
        return reduce(lambda a, b: self._node("add", (a, b), a.column), terms)

    def _negative(self, inner: _Part, column: int | None = None) -> _Part:
        column = inner.column if column is None else column
        if isinstance(inner.expr.value, Fraction):
            return self._node("const", (), column, -inner.expr.value)
        return self._node("neg", (inner,), column)

    def _quotient(self, left: _Part, right: _Part) -> _Part:
        above, below = left.expr.value, right.expr.value
        if isinstance(above, Fraction) and isinstance(below, Fraction) and below != 0:
            return self._node("const", (), left.column, above / below)
        return self._node("div", (left, right), left.column)

    def _power(self, base: _Part, exponent: _Part) -> _Part:
        value = self._constant(exponent.expr, exponent.column)
        if value is not None:
            return self._constant_power(base, value, exponent)
        return self._real_power(base, exponent)

    def _constant(self, expr: Expr, column: int) -> Fraction | None:
        """The value of arithmetic with constants alone; None for anything else."""
        if isinstance(expr.value, Fraction):
            return expr.value
        if expr.op not in ("add", "mul", "div", "neg", "pow"):
            return None
        args = [self._constant(arg, column) for arg in expr.args]
        known = [arg for arg in args if arg is not None]
        if len(known) < len(args):
            return None
        size = abs(expr.value) if isinstance(expr.value, int) else 1
        below = known[-1] if expr.op == "div" else known[0] if expr.op == "pow" else 1
        if below == 0 and (expr.op == "div" or int(expr.value or 0) < 0):
            raise BadFormula(column, "division by 0 in an exponent")
        if sum(len(str(abs(k.numerator) + k.denominator)) for k in known) * size > 100:
            raise BadFormula(column, f"an exponent is at most {self._limits.exponent}")
        match expr.op:
            case "add":
                return sum(known, Fraction(0))
            case "neg":
                return -known[0]
            case "pow":
                return Fraction(known[0] ** int(expr.value or 0))
        return known[0] * known[1] if expr.op == "mul" else known[0] / known[1]

    def _constant_power(self, base: _Part, value: Fraction, exponent: _Part) -> _Part:
        if value.denominator > 2:
            return self._real_power(base, self._node("const", (), exponent.column, value))
        if abs(value.numerator) > self._limits.exponent:
            raise BadFormula(exponent.column, f"an exponent is at most {self._limits.exponent}")
        if value.denominator == 2:
            root = self._node("sqrt", (base,), base.column)
            if value.numerator == 1:
                return root
            return self._node("pow", (root,), base.column, value.numerator)
        return self._node("pow", (base,), base.column, value.numerator)

    def _real_power(self, base: _Part, exponent: _Part) -> _Part:
        if not (isinstance(base.expr.value, Fraction) and base.expr.value > 0):
            return self._node("real_power", (base, exponent), base.column)
        logarithm = self._node("log", (base,), base.column)
        product = self._node("mul", (exponent, logarithm), base.column)
        return self._node("exp", (product,), base.column)

    def _node(
        self,
        op: Op,
        args: tuple[_Part, ...],
        column: int,
        value: Fraction | str | int | None = None,
    ) -> _Part:
        self._nodes += 1
        nodes = 1 + sum(arg.nodes for arg in args)
        if max(nodes, self._nodes) > self._limits.nodes:
            raise BadFormula(column, f"the formula has more than {self._limits.nodes} nodes")
        depth = 1 + max((arg.depth for arg in args), default=0)
        if depth > self._limits.depth:
            raise self._too_deep(column)
        if isinstance(value, Fraction) and not fits(value, self._limits):
            raise too_long(column, self._limits)
        return _Part(Expr(op, tuple(arg.expr for arg in args), value), depth, nodes, column)

    def _too_deep(self, column: int) -> BadFormula:
        return BadFormula(
            column, f"more than {self._limits.depth} levels deep (n factors have n levels)"
        )
