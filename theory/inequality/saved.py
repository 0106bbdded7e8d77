"""An answer in a file: the question, the verdict, and all that ``recheck`` needs.

Plain JSON. Reading it makes objects of the listed classes alone and evaluates nothing; what they
prove is for the checkers to say.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from theory.inequality import certificate as certificates
from theory.inequality.cases import TooManyCases
from theory.inequality.certificate import CaseCertificate, Certificate, Evaluated
from theory.inequality.checker import MALFORMED
from theory.inequality.exact import Root
from theory.inequality.expression import Comparison, Expr, Question, write
from theory.inequality.facts import Fact
from theory.inequality.kernel_route import KernelCertificate
from theory.inequality.parser import parse, parse_expression
from theory.inequality.result import Result, recheck

FORMAT = "gradgap check, format 1"
KINDS = {
    kind.__name__: kind
    for kind in (*vars(certificates).values(), KernelCertificate, Fact, Root)
    if isinstance(kind, type) and is_dataclass(kind) and kind is not certificates.Budget
}
"""The classes that evidence is made of."""
PROOFS = KernelCertificate | Certificate | CaseCertificate | Evaluated
NUMBER = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?")
LARGEST = 100_000_000
"""Characters of a file that is read."""


class BadCertificate(ValueError):
    """The file is no answer of ``gradgap check``; the message says what is wrong with it."""


def save(result: Result, path: Path) -> None:
    """Write the answer to a new file. Raises FileExistsError; ValueError for an undecided one, and
    for a question that is not read back as it is written."""
    if result.verdict == "undecided":
        raise ValueError("an undecided question has no certificate")
    document = {
        "format": FORMAT,
        "assume": [write(c) for c in result.question.assume],
        "claim": [write(c) for c in result.question.claim],
        "verdict": result.verdict,
        "method": result.method,
        "evidence": encoded(result.counterexample or result.certificate or {}),
    }
    if _question(document) != result.question:
        raise ValueError("the question can't be read back as it is written")
    text = json.dumps(document, indent=1, ensure_ascii=False)
    if path.exists():
        raise FileExistsError(f"{path} exists already")
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.rename(path)


def load(path: Path) -> Result:
    """The answer in the file, not yet checked. Raises BadCertificate and OSError."""
    with path.open(encoding="utf-8") as file:
        try:
            text = file.read(LARGEST + 1)
            if len(text) > LARGEST:
                raise BadCertificate(f"more than {LARGEST} characters")
            document = json.loads(text)
            if not isinstance(document, dict) or document.get("format") != FORMAT:
                raise BadCertificate(f"its format is not {FORMAT!r}")
            found = decoded(document["evidence"])
            point = found if isinstance(found, dict) else None
            numbers = (point or {}).values()
            if not isinstance(found, dict | PROOFS) or not all(
                isinstance(x, Fraction | Expr | Root) for x in numbers
            ):
                raise BadCertificate("its evidence is neither a proof nor a point")
            proof = found if isinstance(found, PROOFS) else None
            verdict, method = document["verdict"], str(document["method"])
            return Result(_question(document), verdict, method, point, True, proof)
        except (*MALFORMED, KeyError, UnicodeError) as error:
            raise BadCertificate(f"{path} is no certificate: {error}".partition("\n")[0]) from error


def accepted(result: Result) -> bool:
    """Whether the evidence carries the verdict; malformed evidence does not."""
    try:
        return recheck(result)
    except (*MALFORMED, TooManyCases):
        return False


def _question(document: dict[str, Any]) -> Question:
    assume, claim = (_comparisons(document[name]) for name in ("assume", "claim"))
    if not claim:
        raise ValueError("a claim has at least one comparison")
    return Question(assume, claim)


def _comparisons(texts: Iterable[str]) -> tuple[Comparison, ...]:
    return tuple(comparison for text in texts for comparison in parse(text))


def encoded(what: Any) -> Any:
    """As JSON: a Fraction is {"=": "1/2"}, a formula {"formula": ...}, an object {"is": its class,
    ...} with what differs from the defaults."""
    if what is None or isinstance(what, str | bool | int | float):
        return what
    if isinstance(what, Fraction):
        return {"=": str(what)}
    if isinstance(what, Expr):
        return {"formula": write(what)}
    if isinstance(what, tuple):
        return [encoded(one) for one in what]
    if isinstance(what, dict):
        return {"is": "point", **{name: encoded(one) for name, one in what.items()}}
    if KINDS.get(type(what).__name__) is not type(what):
        raise ValueError(f"a {type(what).__name__} is no evidence")
    given = {f.name: (getattr(what, f.name), f.default) for f in fields(what)}
    return {
        "is": type(what).__name__,
        **{name: encoded(value) for name, (value, default) in given.items() if value != default},
    }


def decoded(what: Any) -> Any:
    """From JSON. Raises BadCertificate, TypeError and ValueError for what ``encoded`` never
    makes."""
    if isinstance(what, list):
        return tuple(map(decoded, what))
    if not isinstance(what, dict):
        return what
    if set(what) == {"="}:
        if not NUMBER.fullmatch(what["="]):
            raise BadCertificate(f"{what['=']!r:.40} is no number")
        return Fraction(what["="])
    if set(what) == {"formula"}:
        return parse_expression(what["formula"])
    inside = {name: decoded(one) for name, one in what.items() if name != "is"}
    if what.get("is") == "point":
        return inside
    if what.get("is") not in KINDS:
        raise BadCertificate(f"{what.get('is')!r:.40} is no part of a certificate")
    return KINDS[what["is"]](**inside)
