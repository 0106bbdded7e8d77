"""How to cite: BibTeX for this project, for the papers that it is about, and for one claim."""

from theory.paper.latex_words import character
from theory.statements import STATEMENTS

PROJECT = r"""@software{gradgap,
  title   = {gradgap: a machine-checked companion to the policy-gradient theory of {RLVR}},
  author  = {{The gradgap authors}},
  version = {%s},
  year    = {2026},
  license = {MIT}
}"""
PAPER = r"""@misc{suk2025gradientgap,
  title         = {On the optimization dynamics of {RLVR}: Gradient Gap and step size thresholds},
  author        = {Suk, Joe and Duan, Yaqi},
  year          = {2025},
  eprint        = {2510.08539},
  archivePrefix = {arXiv},
  primaryClass  = {cs.LG},
  note          = {Four versions, v1 of October 2025 to v4 of May 2026. Numbers of theorems and
                   equations in gradgap are those of the anonymous review copy}
}"""
SECOND_PAPER = r"""@misc{yao2025debate,
  title         = {The Debate on {RLVR} Reasoning Capability Boundary: Shrinkage, Expansion, or
                   Both? A Two-Stage Dynamic View},
  author        = {Yao, Xinhao and Yu, Lu and Hu, Xiaolin and Teng, Fengwei and Cui, Qing and
                   Zhou, Jun and Liu, Yong},
  year          = {2025},
  eprint        = {2510.04028},
  archivePrefix = {arXiv},
  primaryClass  = {cs.LG}
}"""
CLAIM = r"""@misc{gradgap:%(slug)s,
  title  = {%(title)s},
  author = {{The gradgap authors}},
  year   = {2026},
  note   = {Claim \texttt{%(label)s} of gradgap %(version)s; in the paper: %(paper)s; verdict in
            its ledger: %(verdict)s. Fingerprint of the statement: \texttt{%(fingerprint)s}}
}"""


def bibtex(version: str, slug: str | None = None) -> str:
    """Of the project and both papers; or of a claim, the project, and the paper it is about."""
    project = PROJECT % version
    if slug is None:
        return "\n\n".join([project, PAPER, SECOND_PAPER])
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
    return "\n\n".join([CLAIM % fields, project, SECOND_PAPER if second else PAPER])
