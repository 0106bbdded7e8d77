"""How to cite: BibTeX for this project, for the papers that it is about, and for one claim.

``references.bib`` has all references of the documents and of the course, the papers among them.
"""

import re
from functools import cache
from pathlib import Path

from theory.paper.latex_words import character
from theory.statements import STATEMENTS

REFERENCES = Path(__file__).with_name("references.bib")
PAPER, SECOND_PAPER = "suk2025gradientgap", "yao2025debate"
PROJECT = r"""@software{gradgap,
  title   = {gradgap: a machine-checked companion to the policy-gradient theory of {RLVR}},
  author  = {{The gradgap authors}},
  version = {%s},
  year    = {2026},
  license = {MIT}
}"""
CLAIM = r"""@misc{gradgap:%(slug)s,
  title  = {%(title)s},
  author = {{The gradgap authors}},
  year   = {2026},
  note   = {Claim \texttt{%(label)s} of gradgap %(version)s; in the paper: %(paper)s; verdict in
            its ledger: %(verdict)s. Fingerprint of the statement: \texttt{%(fingerprint)s}}
}"""
FIELD = re.compile(r"^ +(\w+) += \{(.*?)\}(?=,\n|\n\})", re.MULTILINE | re.DOTALL)
ACCENTS = {r"{\'a}": "á", r"{\'e}": "é", r"{\o}": "ø", r"{\^o}": "ô"}


@cache
def references() -> dict[str, str]:
    """Each entry of ``references.bib`` as it stands, by its key."""
    entries = REFERENCES.read_text("utf-8").strip().split("\n\n")
    return {entry.partition("{")[2].partition(",")[0]: entry for entry in entries}


def bibtex(version: str, slug: str | None = None) -> str:
    """Of the project and both papers; or of a claim, the project, and the paper it is about."""
    project = PROJECT % version
    if slug is None:
        return "\n\n".join([project, references()[PAPER], references()[SECOND_PAPER]])
    statement = STATEMENTS[slug]
    second = statement.paper_ref.startswith("second paper")
    fields = {
        "slug": slug,
        "label": slug.replace("_", r"\_"),
        "title": "".join(map(character, statement.title)),
        "paper": "".join(map(character, statement.paper_ref)),
        "version": version,
        "verdict": statement.expected,
        "fingerprint": statement.fingerprint.partition("/")[0],
    }
    return "\n\n".join([CLAIM % fields, project, references()[SECOND_PAPER if second else PAPER]])


def as_markdown() -> str:
    """The references as a list for readers, by author."""
    lines = [_line(references()[key]) for key in sorted(references())]
    return "\n".join(
        ("## References", "", "In BibTeX: `theory/paper/references.bib`.", "", *lines, "")
    )


def _line(entry: str) -> str:
    fields = {key: _plain(value) for key, value in FIELD.findall(entry)}
    where = [fields.get(key) for key in ("journal", "booktitle", "volume", "pages", "publisher")]
    said = ", ".join(filter(None, (*where, fields["year"])))
    people = [" ".join(reversed(name.split(", "))) for name in fields["author"].split(" and ")]
    note = f" {fields['note']}." if "note" in fields else ""
    return f"- {', '.join(people)}: *{fields['title']}*. {said}.{note}"


def _plain(value: str) -> str:
    for accent, letter in ACCENTS.items():
        value = value.replace(accent, letter)
    return " ".join(re.sub(r"[{}]", "", value).replace("--", "–").split())
