"""What Sphinx is taught: formulas as MathML, links at the names of claims, pages to play with."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from course.site.charts import controls, phase_controls
from course.site.explorables import EXPLORABLES
from course.site.formulas import mathml
from course.site.phase import panels, sliders
from theory.kernel.axioms import AXIOMS
from theory.kernel.rules import FACTS
from theory.statements import STATEMENTS

NAME = re.compile(r'(?<=<span class="pre">)\w+_\w+(?=</span>)')


class unsearched(nodes.General, nodes.Element):
    """HTML that the index of the search leaves out."""


class Unsearched(SphinxDirective):
    has_content = True

    def run(self) -> list[nodes.Node]:
        return [unsearched(html="\n".join(self.content))]


class Explorable(SphinxDirective):
    """The sliders and pictures of the page that is named."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        return [unsearched(html=controls(name, EXPLORABLES[name]), script="explore.js")]


class Phase(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        return [unsearched(html=phase_controls(sliders(panels())), script="phase.js")]


def inline_formula(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(f'<span class="math">{mathml(node.astext())}</span>')
    raise nodes.SkipNode


def display_formula(writer: HTML5Translator, node: nodes.math_block) -> None:
    formula = mathml(node.astext(), display=True)
    writer.body.append(f'<div class="math" tabindex="0">{formula}</div>\n')
    raise nodes.SkipNode


def as_it_is(writer: Any, node: nodes.Element) -> None:
    writer.body.append(node["html"])
    raise nodes.SkipNode


def link_names(app: Sphinx, document: nodes.document, name: str) -> None:
    """A code span that is the name of a claim leads to its page, one of an axiom to its line."""
    for span in list(document.findall(nodes.literal)):
        target, text = None, span.astext()
        if text in STATEMENTS and name != f"claims/{text}":
            target = app.builder.get_relative_uri(name, f"claims/{text}")
        elif text in AXIOMS or text in FACTS:
            target = app.builder.get_relative_uri(name, "axioms") + f"#{text.replace('_', '-')}"
        if target and not isinstance(span.parent, nodes.reference):
            link = nodes.reference("", "", internal=True, refuri=target)
            span.replace_self(link)
            link += span


def let_names_break(
    app: Sphinx, name: str, template: str, context: dict[str, Any], document: nodes.document | None
) -> None:
    """A line may break after a stroke of a name, as in a column on a phone."""
    if "body" in context:
        context["body"] = NAME.sub(lambda found: found[0].replace("_", "_<wbr>"), context["body"])


def add_scripts(
    app: Sphinx, name: str, template: str, context: dict[str, Any], document: nodes.document | None
) -> None:
    """Only where there is something to play with."""
    blocks = document.findall(unsearched) if document else ()
    for own in {node["script"] for node in blocks if "script" in node}:
        for script in ("vega.js", "explorables.js", own):
            app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(unsearched, html=(as_it_is, None))
    app.add_directive("unsearched", Unsearched)
    app.add_directive("explorable", Explorable)
    app.add_directive("phase", Phase)
    app.add_html_math_renderer("mathml", (inline_formula, None), (display_formula, None))
    app.connect("doctree-resolved", link_names)
    app.connect("html-page-context", let_names_break)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
