"""Find a claim by its slug, by its number in the paper, or by a word of its title."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from theory.kernel.statement import Statement
from theory.statements import SLUGS, STATEMENTS

KINDS = {"th": "theorem", "le": "lemma", "co": "corollary", "as": "assumption", "se": "section"}
NUMBERED = re.compile(
    r"(?P<kind>theorem|thm|th|lemma|lem|corollary|cor|assumption|section|sec)s?[.\s_]*"
    r"(?P<number>\d+(?:\.\d+)?)[\s_]*(?:\((?P<part>[a-z])\)|(?P<bare>[a-z])\b)?"
)
EQUATIONS = re.compile(r"(?<!\w)\((\d+)([a-z]?)\)(?:\s*[-–]\s*\((\d+)\))?")
EQUATION = re.compile(r"(?:eqs?|eqn|equation|condition)?[.\s_]*\(?(\d+[a-z]?)\)?")
INDIRECT = ("sharpens", "used for", "makes", "answers", "not in", "the remark", "the scope")


class UnknownSlug(ValueError):
    """No claim has this name. The message has the nearest ones."""


def named(text: str) -> tuple[str, ...]:
    """The claims that a slug ("sharp_step", "sharp step") or a reference to the paper ("Theorem
    1(b)", "eq. (16)", "eq16") names, the one it names first of all first. Raises UnknownSlug."""
    plain = text[:100].strip().lower()
    slug = re.sub(r"[\s-]+", "_", plain)
    own = [slug] if slug in STATEMENTS else []
    called = _wanted(plain).replace(" ", "_")
    if called in STATEMENTS and f"{called}_printed" not in STATEMENTS:
        own.append(called)
    found = [s for s in STATEMENTS.values() if _mentions(s, plain)]
    if not own and not found:
        near = ", ".join(nearest(slug))
        raise UnknownSlug(
            f"no claim is called {text!r:.60}"
            + (f"; near it: {near}" if near else "")
            + "; gradgap list shows them all"
        )
    ordered = [s.slug for s in sorted(found, key=lambda s: _distance(s, plain))]
    return tuple(dict.fromkeys([*own, *ordered]))


def nearest(slug: str) -> list[str]:
    """At most five slugs: those spelt alike, then those that share a word."""
    alike = get_close_matches(slug, SLUGS, n=3, cutoff=0.6)
    words = [word for word in slug.split("_") if len(word) > 2]
    sharing = [s for s in SLUGS if any(w in s or w in STATEMENTS[s].title.lower() for w in words)]
    return list(dict.fromkeys([*alike, *sharing]))[:5]


def matching(words: str) -> list[Statement]:
    """The claims whose slug, title or reference has all of these words; all claims for none. A
    reference to the paper gives what it names."""
    wanted = words.lower().split()
    return [
        s
        for s in STATEMENTS.values()
        if all(w in f"{s.slug} {s.title} {s.paper_ref}".lower() for w in wanted)
        or _mentions(s, words.lower().strip())
    ]


# -- references ------------------------------------------------------------------------------------


def references(text: str) -> Iterator[str]:
    """What a reference names, in order, as "theorem 1b" and "eq 16"; a range names its middle."""
    found: list[tuple[int, str]] = []
    lowered = text.lower()
    for match in NUMBERED.finditer(lowered):
        part = match["part"] or match["bare"] or ""
        found.append((match.start(), f"{KINDS[match['kind'][:2]]} {match['number']}{part}"))
    for match in EQUATIONS.finditer(lowered):
        first, last = int(match[1]), int(match[3] or match[1])
        letters = [match[2]] if last == first else [""]
        found += [(match.start(), f"eq {n}{x}") for n in range(first, last + 1) for x in letters]
    yield from (name for _, name in sorted(found, key=lambda pair: pair[0]))


def _wanted(plain: str) -> str:
    """The one reference that a search is for; empty when it is for none."""
    numbered = NUMBERED.fullmatch(plain)
    if numbered:
        return next(references(plain))
    equation = EQUATION.fullmatch(plain)
    return f"eq {equation[1]}" if equation else ""


def _mentions(statement: Statement, plain: str) -> bool:
    wanted = _wanted(plain)
    return bool(wanted) and any(_within(r, wanted) for r in references(statement.paper_ref))


def _within(reference: str, wanted: str) -> bool:
    """Theorem 1(b) is part of Theorem 1, and eq. (15a) of (15)."""
    return reference == wanted or (reference[:-1] == wanted and reference[-1].isalpha())


def _distance(statement: Statement, plain: str) -> tuple[bool, int, int]:
    """First those that are the reference, then those that sharpen or use it; where it comes first
    before where it comes last; then the order of the ledger."""
    wanted = _wanted(plain)
    places = [i for i, r in enumerate(references(statement.paper_ref)) if _within(r, wanted)]
    indirect = statement.paper_ref.lower().startswith(INDIRECT)
    return indirect, places[0], SLUGS.index(statement.slug)
