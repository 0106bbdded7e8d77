"""Which claim rests on which, read off the proof objects.

A node is a claim, an axiom or a fact of the kernel. A claim *rests on* the claims that occur in its
proof (``theory.ledger.dependencies``) and on the axioms and facts below its proof; a refuted claim
on those below its countermodel. Only the transitive reduction is kept: an edge is left out where a
longer path says the same, so one thing rests on another exactly when a path leads there. A refuted
claim has an edge of another kind to its correction. ``theory.paper.graph`` draws all this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from theory.kernel.axioms import AXIOMS
from theory.kernel.statement import Verdict
from theory.kernel.verdict import Case
from theory.ledger.dependencies import claims_used
from theory.ledger.run import build, fact_as_json
from theory.statements import STATEMENTS

RESTS_ON, CORRECTED_BY = "rests on", "is corrected by"
Look = Verdict | Literal["axiom", "kernel fact"]


@dataclass(frozen=True, slots=True)
class Node:
    """A claim, whose look is its verdict, or an axiom or kernel fact, and what it says where."""

    name: str
    look: Look
    title: str
    source: str

    @property
    def is_claim(self) -> bool:
        return self.look not in ("axiom", "kernel fact")


@dataclass(frozen=True, slots=True)
class Edge:
    """``start`` rests on ``end``, or is corrected by it."""

    start: str
    end: str
    kind: str = RESTS_ON


@dataclass(frozen=True, slots=True)
class Graph:
    """Facts first, then claims, as one reads them. ``focus``: the claims that it is about."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    focus: tuple[str, ...] = ()


def all_cases() -> dict[str, Case]:
    """Every claim with its proof objects. Raises KernelError where one cannot be built."""
    return {slug: build(statement) for slug, statement in STATEMENTS.items()}


def graph_of(
    cases: Mapping[str, Case],
    slugs: Sequence[str] = (),
    verdicts: Mapping[str, Verdict] | None = None,
) -> Graph:
    """The graph of these claims; with ``slugs``, what those rest on and what rests on them.

    A claim has its verdict in ``verdicts``, by default the one that its statement expects.
    ValueError: a slug is not among the claims, or a claim needs one that is not."""
    for slug in slugs:
        if slug not in cases:
            raise ValueError(f"no claim is called {slug!r}; the graph has {len(cases)} others")
    used = {slug: _claims_below(case) for slug, case in cases.items()}
    facts = {slug: case.modulo() for slug, case in cases.items()}
    for slug, names in used.items():
        for name in (*names, cases[slug].statement.corrected_by):
            if name is not None and name not in cases:
                raise ValueError(f"{slug} needs {name}, which is not among the claims")
    rests_on = reduced({slug: [*used[slug], *facts[slug]] for slug in cases})
    edges = [Edge(slug, name) for slug, names in rests_on.items() for name in names]
    nodes = [_fact(name) for name in sorted({f for names in facts.values() for f in names})]
    for slug, case in cases.items():
        s = case.statement
        nodes.append(Node(slug, (verdicts or {}).get(slug, s.expected), s.title, s.paper_ref))
        if s.corrected_by is not None:
            edges.append(Edge(slug, s.corrected_by, CORRECTED_BY))
    graph = Graph(tuple(nodes), tuple(edges))
    return around(graph, slugs) if slugs else graph


def _claims_below(case: Case) -> list[str]:
    slug = case.statement.slug
    proofs = case.deciding()
    return list(dict.fromkeys(name for proof in proofs for name in claims_used(slug, proof)))


def _fact(name: str) -> Node:
    fact = fact_as_json(name)
    look: Look = "axiom" if name in AXIOMS else "kernel fact"
    return Node(name, look, fact["statement"], fact["source"])


def reduced(rests_on: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each name's list without what another of its members already rests on.

    ValueError: something rests on itself."""
    below = {name: reachable(rests_on, names) for name, names in rests_on.items()}
    for name, names_below in below.items():
        if name in names_below:
            raise ValueError(f"{name} rests on itself")
    return {
        name: [n for n in names if not any(n in below.get(other, ()) for other in names)]
        for name, names in rests_on.items()
    }


def reachable(steps: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    """The names that paths from ``start`` lead to, those in ``start`` among them."""
    seen: set[str] = set()
    stack = list(start)
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(steps.get(name, ()))
    return seen


def around(graph: Graph, slugs: Sequence[str]) -> Graph:
    """What these claims rest on, what rests on them, and corrections beside them.

    ValueError: a slug is not in the graph."""
    down: dict[str, list[str]] = {n.name: [] for n in graph.nodes}
    up: dict[str, list[str]] = {n.name: [] for n in graph.nodes}
    beside = []
    for slug in slugs:
        if slug not in down:
            raise ValueError(f"no claim is called {slug!r}; the graph has {len(down)} other nodes")
    for e in graph.edges:
        if e.kind == RESTS_ON:
            down[e.start].append(e.end)
            up[e.end].append(e.start)
        elif {e.start, e.end} & set(slugs):
            beside += [e.start, e.end]
    kept = reachable(down, slugs) | reachable(up, slugs) | set(beside)
    return replace(
        graph,
        nodes=tuple(n for n in graph.nodes if n.name in kept),
        edges=tuple(e for e in graph.edges if e.start in kept and e.end in kept),
        focus=tuple(slugs),
    )
