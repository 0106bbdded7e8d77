"""Laws of the picture of what rests on what: true to the proofs, readable, the same every time."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from theory.kernel.statement import Verdict
from theory.ledger.dependencies import claims_used
from theory.ledger.pins import recorded
from theory.ledger.rests_on import (
    CORRECTED_BY,
    RESTS_ON,
    Edge,
    Graph,
    Look,
    Node,
    around,
    graph_of,
    reduced,
)
from theory.paper import graph as picture
from theory.paper.graph import PATH, STYLES, Layout, as_svg, ends, layout_of, write
from theory.statements import STATEMENTS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def cases(cases):
    return cases.every()


@pytest.fixture(scope="module")
def graph(cases):
    return graph_of(cases)


@pytest.fixture(scope="module")
def direct(cases):
    """Slug -> the claims in its proof, and the axioms and facts on record for it."""
    pins = recorded()
    return {
        slug: {
            *(name for root in case.proofs() for name in claims_used(slug, root)),
            *pins[slug]["modulo"],
        }
        for slug, case in cases.items()
    }


def closure(direct: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """All pairs joined by a path. The graph must have no cycle."""
    below: dict[str, set[str]] = {}

    def visit(name: str) -> set[str]:
        if name not in below:
            ends = direct.get(name, set())
            below[name] = ends.union(*(visit(end) for end in ends))
        return below[name]

    return {(name, end) for name in direct for end in visit(name)}


def edges_of(graph: Graph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for edge in graph.edges:
        if edge.kind == RESTS_ON:
            found.setdefault(edge.start, set()).add(edge.end)
    return found


# -- true to the proofs ----------------------------------------------------------------------------


def test_a_path_leads_exactly_to_what_a_proof_rests_on(graph, direct):
    assert closure(edges_of(graph)) == closure(direct)


def test_every_edge_is_in_the_proof_itself(graph, direct):
    assert all(ends <= direct[start] for start, ends in edges_of(graph).items())


def test_a_missing_edge_is_noticed(graph, direct):
    """No edge is spared: what it says, no other path says."""
    expected = closure(direct)
    for edge in (e for e in graph.edges if e.kind == RESTS_ON):
        without = replace(graph, edges=tuple(e for e in graph.edges if e != edge))
        assert closure(edges_of(without)) != expected, edge


def test_a_planted_edge_is_noticed(graph, direct):
    expected = closure(direct)
    planted = replace(graph, edges=(*graph.edges, Edge("lemma_1_sharp", "cauchy_schwarz")))
    assert closure(edges_of(planted)) - expected >= {("lemma_1_sharp", "cauchy_schwarz")}


def test_every_claim_and_every_fact_in_use_is_present_once(graph, direct):
    facts = {name for ends in direct.values() for name in ends} - STATEMENTS.keys()
    assert sorted(n.name for n in graph.nodes) == sorted([*STATEMENTS, *facts])
    assert {n.name for n in graph.nodes if not n.is_claim} == facts


def test_a_refuted_claim_leads_to_its_correction(graph):
    corrections = {(e.start, e.end) for e in graph.edges if e.kind == CORRECTED_BY}
    repaired = [s for s in STATEMENTS.values() if s.corrected_by]
    assert corrections == {(s.slug, s.corrected_by) for s in repaired}
    assert corrections


def test_a_claim_looks_like_its_verdict(cases, graph):
    looks = {n.name: n.look for n in graph.nodes if n.is_claim}
    assert looks == {slug: s.expected for slug, s in STATEMENTS.items()}
    other = graph_of(cases, ["theorem_2"], {"theorem_2": "undecided"})
    assert {n.name: n.look for n in other.nodes}["theorem_2"] == "undecided"


def test_a_cycle_is_an_error():
    with pytest.raises(ValueError, match="a rests on itself"):
        reduced({"a": ["b", "c"], "b": ["c"], "c": ["a"]})
    with pytest.raises(ValueError, match="cycle among n0, n1"):
        layout_of(made(2, [(0, 1), (1, 0)]))


def test_an_unknown_slug_is_an_error(cases, graph):
    with pytest.raises(ValueError, match="'nobody'"):
        graph_of(cases, ["lemma_1", "nobody"])
    with pytest.raises(ValueError, match="'nobody'"):
        around(graph, ["nobody"])
    with pytest.raises(ValueError, match="not a node"):
        layout_of(made(1, [(0, 1)]))


def test_a_graph_without_a_claim_that_is_needed_is_an_error(cases):
    for slug in ("lemma_1", "theorem_1a_printed"):
        with pytest.raises(ValueError, match=f"{slug} needs .* not among the claims"):
            graph_of({slug: cases[slug]})


@pytest.mark.parametrize("slug", STATEMENTS)
def test_the_graph_of_one_claim_is_what_lies_below_and_above(graph, direct, slug):
    part = around(graph, [slug])
    pairs = closure(direct)
    names = {n.name for n in part.nodes}
    beside = {
        end
        for e in graph.edges
        for end in (e.start, e.end)
        if e.kind == CORRECTED_BY and slug in (e.start, e.end)
    }
    assert (
        names - beside - {slug}
        == ({b for a, b in pairs if a == slug} | {a for a, b in pairs if b == slug}) - beside
    )
    assert names >= beside
    inside = {(a, b) for a, b in pairs if a in names - beside and b in names - beside}
    assert closure(edges_of(part)) >= inside
    assert part.focus == (slug,)
    assert not flaws(part, layout_of(part))


# -- readable --------------------------------------------------------------------------------------


def made(count: int, edges: list[tuple[int, int]]) -> Graph:
    nodes = tuple(Node(f"n{i}", "proved", "a claim", "nowhere") for i in range(count))
    return Graph(nodes, tuple(Edge(f"n{i}", f"n{j}") for i, j in edges))


def flaws(graph: Graph, layout: Layout) -> list[str]:
    """Nodes that share a row or stand above what they rest on; lines that share lane and row."""
    rows, seen = layout.rows, []
    if sorted(rows.values()) != list(range(len(graph.nodes))):
        seen.append("a row is empty or shared")
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for e in graph.edges:
        upper, lower = ends(e)
        if rows[upper] >= rows[lower]:
            seen.append(f"{lower} stands above {upper}")
        last = spans.get((upper, e.kind), (0, 0))[1]
        spans[upper, e.kind] = rows[upper], max(last, rows[lower])
    for (a, (start, stop)), (b, (first, last)) in combinations(spans.items(), 2):
        if layout.lanes[a] == layout.lanes[b] and start <= last and first <= stop:
            seen.append(f"{a} runs into {b}")
    return seen


def test_the_layout_has_no_flaw_and_a_planted_one_is_seen(graph):
    layout = layout_of(graph)
    assert flaws(graph, layout) == []
    rows = {**layout.rows, "lemma_1": layout.rows["lemma_1_sharp"]}
    assert "a row is empty or shared" in flaws(graph, replace(layout, rows=rows))
    swapped = {**rows, "lemma_1_sharp": layout.rows["lemma_1"]}
    assert "lemma_1 stands above lemma_1_sharp" in flaws(graph, replace(layout, rows=swapped))
    lanes = dict.fromkeys(layout.lanes, 0)
    assert any("runs into" in flaw for flaw in flaws(graph, replace(layout, lanes=lanes)))


@given(st.data(), st.integers(1, 14))
def test_any_graph_without_a_cycle_is_laid_out_without_a_flaw(data, count):
    pairs = list(combinations(range(count), 2))
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    for edges in (chosen, [(j, i) for i, j in chosen]):
        graph = made(count, edges)
        assert flaws(graph, layout_of(graph)) == []
        assert layout_of(graph) == layout_of(graph)


def overflowing(svg: str) -> list[str]:
    """Labels that their boxes do not hold, measured in the font's own widths."""
    font, found = FontProperties(family="DejaVu Sans Mono"), []
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        box, text = group.find(f"{SVG}rect"), group.find(f"{SVG}text")
        if box is not None and text is not None:
            width = TextPath((0, 0), text.text, size=picture.LABEL, prop=font).get_extents().x1
            if float(text.get("x")) + width > float(box.get("x")) + float(box.get("width")):
                found.append(text.text)
    return found


def test_no_label_is_wider_than_its_box(graph, monkeypatch):
    assert overflowing(as_svg(graph)) == []
    monkeypatch.setattr(picture, "EM", 0.5)
    assert "theorem_3_under_assumption_2" in overflowing(as_svg(graph))


def test_words_fit_the_page_and_do_not_meet(graph):
    font = FontProperties(family="DejaVu Sans")
    bold = FontProperties(family="DejaVu Sans", weight="bold")
    for part in (graph, around(graph, ["theorem_1a"]), around(graph, ["grpo_safe_rate"])):
        svg = ET.fromstring(as_svg(part))
        heading = svg.find(f"{SVG}text")
        width = TextPath((0, 0), heading.text, size=22, prop=bold).get_extents().x1
        assert float(heading.get("x")) + width < float(svg.get("width"))
        legend = svg.find(f"{SVG}g[@class='legend']")
        words = legend.findall(f"{SVG}text")
        ends = [*(float(t.get("x")) for t in words[1:]), float(svg.get("width"))]
        for text, end in zip(words, ends, strict=True):
            size = picture.LABEL
            width = TextPath((0, 0), text.text, size=size, prop=font).get_extents().x1
            assert float(text.get("x")) + width < end


def test_looks_differ_without_colour():
    assert STYLES.keys() == {*get_args(Verdict), "axiom", "kernel fact"}
    assert len({style.mark for style in STYLES.values()}) == len(STYLES)
    verdicts = [STYLES[verdict] for verdict in get_args(Verdict)]
    assert len({(style.dashes, style.width) for style in verdicts}) == len(verdicts)
    assert all(STYLES[look].corner == 0 for look in ("axiom", "kernel fact"))
    assert all(style.corner > 0 for style in verdicts)


# -- the file --------------------------------------------------------------------------------------


def test_the_committed_picture_is_what_the_code_draws(graph):
    """Names are hashed anew in every process: an order that came from a set would show."""
    assert PATH.read_text(encoding="utf-8") == as_svg(graph), "run python -m theory.paper.graph"


def test_the_picture_shows_every_node_and_every_edge_and_says_so(graph):
    svg = ET.fromstring(as_svg(graph))
    assert svg.get("role") == "img"
    words = {e.get("id"): e.text for e in svg if e.get("id")}
    assert words.keys() == set(svg.get("aria-labelledby").split())
    body = svg.findall(f"{SVG}g")[-1]
    lines = {(e.get("class"), e.find(f"{SVG}title").text) for e in body.findall(f"{SVG}path")}
    assert lines == {(e.kind.replace(" ", "-"), f"{e.start} {e.kind} {e.end}") for e in graph.edges}
    tips = {g.find(f"{SVG}text").text: g.find(f"{SVG}title").text for g in body.findall(f"{SVG}g")}
    assert tips.keys() == {n.name for n in graph.nodes}
    for slug, s in STATEMENTS.items():
        assert s.title in tips[slug] and s.paper_ref in tips[slug] and s.expected in tips[slug]
        assert slug in words["desc"] or slug not in edges_of(graph)


def test_the_ground_is_white(graph):
    first = ET.fromstring(as_svg(graph)).find(f"{SVG}rect")
    assert (first.get("fill"), first.get("width"), first.get("height")) == (
        "#FFFFFF",
        "100%",
        "100%",
    )


def test_names_with_special_characters_are_escaped():
    look: Look = "proved"
    names = ['a<b>&"c"', "]]>", "λ's"]
    nodes = tuple(Node(name, look, "x < y & z", "eq. (1) <sic>") for name in names)
    svg = as_svg(Graph(nodes, (Edge(names[0], names[1]),), (names[0],)))
    root = ET.fromstring(svg)
    assert {e.text for e in root.iter(f"{SVG}text")} >= set(names)
    assert any("x < y & z [eq. (1) <sic>]" in (e.text or "") for e in root.iter(f"{SVG}title"))
    assert "<b>" not in svg


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "claims.svg"
    write(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half \ud800")
    assert path.read_text() == "first"
    write(path, "second")
    assert path.read_text() == "second"
