"""Terms as text: a canonical S-expression, used for files and for hashes."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from theory.kernel import terms as t
from theory.kernel.terms import Symbol, Term


@lru_cache(maxsize=20_000)
def to_text(term: Term) -> str:
    """Canonical S-expression; equal terms have equal text."""
    match term.op:
        case "var":
            assert term.data_sort is not None
            return f"{term.data}:{term.data_sort.name}"
        case "const":
            return str(term.data)
        case "apply":
            assert isinstance(term.data, Symbol)
            head = f"@{term.data.name}:" + ",".join(s.name for s in term.data.sorts)
            if term.data.result != t.REAL:
                head += f":{term.data.result.name}"
        case "pow":
            head = f"pow{term.data}"
        case _:
            head = term.op
    return "(" + " ".join([head, *(to_text(a) for a in term.args)]) + ")"


def fingerprint(*terms: Term) -> str:
    """SHA-256 of the canonical text."""
    return hashlib.sha256("\n".join(map(to_text, terms)).encode()).hexdigest()
