"""The site as a reader meets it: built once, opened from a file in a browser without a window."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from course.notebooks import as_call, notebooks
from course.site import build as building
from course.site.claims import words
from course.site.counters import counters
from course.site.explorables import EXPLORABLES
from course.site.formulas import BadTeX, mathml
from numeric.attack.necessity import recorded_necessity
from tests.command_line import assert_refused, gradgap
from tests.laws.test_document import ledger_of
from theory.kernel.verdict import Case
from theory.paper.latex_terms import lines
from theory.pretty import abbreviations
from theory.statements import STATEMENTS

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PLAYED = (*EXPLORABLES, "phase")
PAGES = ("index", "chapters/token_level", "claims/sharp_step", "claims/index", "errata", "axioms")
PHONE, DESK = (390, 844), (1280, 900)

needs_docs = pytest.mark.skipif(
    any(find_spec(name) is None for name in building.NEEDS),
    reason="the site needs the extra docs: pip install -c constraints.txt -e '.[docs]'",
)


# -- formulas, in a moment -------------------------------------------------------------------------


@pytest.mark.slow
@needs_docs
def test_every_formula_of_the_notes_and_of_the_ledger_is_set() -> None:
    found = [
        line
        for s in STATEMENTS.values()
        for formula in (s.conclusion, *(h.formula for h in s.hypotheses))
        for line in lines(formula, abbreviations(s))
    ]
    for page in building.NOTES.rglob("*.md"):
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
        found += [a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$]+?)\$", text, re.DOTALL)]
    assert len(found) > 2000
    for tex in found:
        mathml(tex)


@needs_docs
def test_a_command_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadTeX, match="nosuch"):
        mathml(r"a \nosuch b")


@needs_docs
def test_a_long_formula_may_be_broken_after_a_relation_and_loses_nothing() -> None:
    tex = r"a = b + f(x + y) + c + d = e + g + h \le \lvert k \rvert"
    parts = mathml(tex).split("<wbr>")
    words = [re.sub(r"<[^>]*>", "", part) for part in parts]
    assert "".join(words) == "a=b+f(x+y)+c+d=e+g+h≤|k|"
    assert words[0] == "a=" and "f(x+y)+" in words
    assert len(mathml(tex, display=True).split("<wbr>")) == 1


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    with patch.object(building, "NEEDS", ("sphinx_of_another_name",)):
        done = gradgap("course", "build", "--out", str(tmp_path / "site"))
    assert_refused(done, "sphinx_of_another_name", "pip install")


@needs_docs
def test_an_earlier_site_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    assert_refused(gradgap("course", "build", "--out", str(tmp_path)), "not empty")


@needs_docs
def test_the_words_of_a_claim_have_set_formulas_and_links() -> None:
    assert words("gap w.(g+ - g-), by eta_safe, #*") == (
        r"gap $w\cdot (g^{+} - g^{-})$, by `eta_safe`, \#\*"
    )
    for s in STATEMENTS.values():
        texts = (
            s.remark,
            s.printed or "",
            *(part.meaning for part in (*s.hypotheses, *s.notation)),
        )
        for tex in re.findall(r"(?<!\\)\$([^$]+)\$", " ".join(map(words, texts))):
            mathml(tex)


def test_a_counter_says_what_is_left_of_the_conclusion() -> None:
    found = counters(STATEMENTS["sharp_step"])
    assert found["drop smooth"][0] == "-0.01 ≤ -1"
    assert "log odds" in found["drop smooth"][1]
    assert found["drop interior"][0] == "undefined"
    assert found["half the curvature, lower"][0] == "-0.0714 ≤ -0.12"
    assert counters(STATEMENTS["theorem_1a_printed"])["printed"][0] == "0.512 ≤ 0.119"
    assert counters(STATEMENTS["theorem_2"]) == {}


# -- notebooks -------------------------------------------------------------------------------------


def test_a_command_becomes_the_call_that_answers_it() -> None:
    words = ["threshold", "--J", "0.1", "--T-inf", "100"]
    assert as_call(words) == "print(gradgap.threshold(J=0.1, T_inf=100))"
    assert as_call(["simulate", "collapse"]) is None


@pytest.mark.slow
@needs_docs
@pytest.mark.parametrize("name", sorted(p.stem for p in building.NOTES.glob("chapters/*.md")))
def test_every_notebook_runs(name: str) -> None:
    import nbformat
    from nbclient import NotebookClient

    text = notebooks(building.NOTES / "chapters")[f"{name}.ipynb"]
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    here = {"metadata": {"path": str(building.ROOT)}}
    NotebookClient(book, timeout=None, kernel_name="python3", resources=here).execute()
    programs = [cell for cell in book.cells if cell.cell_type == "code"]
    assert 1 <= len(programs) <= 12
    assert all(cell.execution_count for cell in programs)
    assert not re.search(r"\]\((?!attachment:)[^)]*\.(?:png|md)\)", text)


# -- the pages, in a browser -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def site(cases: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    every: Mapping[str, Case] = cases.every()
    assert building.build(out, ledger_of(every), recorded_necessity()) == []
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None or find_spec("selenium") is None:
        pytest.skip("driving the site needs a browser: apt install chromium chromium-driver")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(600)
    yield driver
    driver.quit()


def visit(
    browser: Any, site: Path, page: str, size: tuple[int, int], scheme: str = "light"
) -> None:
    """Open a page from its file; returns when its pictures are drawn."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wanted = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})
    browser.get_log("browser")
    browser.get(f"file://{site}/{page}.html")
    until(browser, DRAWN)


WAIT = """
const done = arguments[arguments.length - 1];
const wait = () => (CONDITION) ? done() : setTimeout(wait, 20);
wait();
"""
DRAWN = (
    "[...document.querySelectorAll('.explorable')].every((root) => root.dataset.state === 'drawn')"
)


def until(browser: Any, condition: str) -> None:
    browser.execute_async_script(WAIT.replace("CONDITION", condition))


def picture(browser: Any) -> str:
    """What is drawn: the paths, and the sentence."""
    found: str = browser.execute_script(
        "return [...document.querySelectorAll('.chart svg, [role=status], tbody')]"
        ".map((part) => part.innerHTML).join('')"
    )
    return found


def complaints(browser: Any) -> list[str]:
    return [line["message"] for line in browser.get_log("browser")]


@pytest.mark.slow
@needs_docs
@pytest.mark.parametrize("page", PLAYED)
def test_each_slider_moves_its_picture_by_the_keyboard(browser: Any, site: Path, page: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    visit(browser, site, f"explore/{page}", DESK)
    assert "<path" in picture(browser)
    sliders = browser.find_elements(By.CSS_SELECTOR, ".explorable input")
    assert len(sliders) >= 2
    for slider in sliders:
        earlier = picture(browser)
        at_end = float(slider.get_attribute("value")) >= float(slider.get_attribute("max"))
        slider.send_keys(Keys.ARROW_LEFT if at_end else Keys.ARROW_RIGHT)
        until(browser, DRAWN)
        assert picture(browser) != earlier, slider.get_attribute("name")
        assert slider.get_attribute("aria-valuetext")
    assert browser.find_element(By.CSS_SELECTOR, "[role=status][aria-live=polite]").text
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    spoken = [
        node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "slider"
    ]
    assert len(set(spoken)) == len(sliders) and all(spoken)
    described = browser.find_elements(
        By.CSS_SELECTOR, ".chart svg[aria-label], .chart [aria-label]"
    )
    assert described
    assert complaints(browser) == []


@pytest.mark.slow
@needs_docs
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_fits_a_phone_and_has_its_colours(
    browser: Any, site: Path, scheme: str
) -> None:
    for page in (*PAGES, *(f"explore/{name}" for name in PLAYED)):
        visit(browser, site, page, PHONE, scheme)
        widths = "return [document.documentElement.scrollWidth, window.innerWidth]"
        assert browser.execute_script(widths) == [PHONE[0], PHONE[0]], page
        colours = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        ink, paper = (brightness(c) for c in browser.execute_script(colours))
        assert (ink < paper) == (scheme == "light"), page
        assert abs(ink - paper) > 120, page
        assert complaints(browser) == [], page


def brightness(colour: str) -> float:
    """Of "rgb(r, g, b)", 0 to 255."""
    red, green, blue = map(float, re.findall(r"[\d.]+", colour)[:3])
    return 0.3 * red + 0.59 * green + 0.11 * blue


@pytest.mark.slow
@needs_docs
def test_the_search_answers_from_a_file(browser: Any, site: Path) -> None:
    from selenium.webdriver.common.by import By

    visit(browser, site, "search", DESK)
    browser.get(f"file://{site}/search.html?q=hoeffding")
    until(browser, "document.querySelector('#search-results li a')")
    found = [
        a.get_attribute("href") for a in browser.find_elements(By.CSS_SELECTOR, "#search-results a")
    ]
    assert any("claims/hoeffding_lemma.html" in address for address in found)
    assert complaints(browser) == []


@pytest.mark.slow
@needs_docs
def test_the_graph_leads_from_claim_to_claim_by_the_keyboard(browser: Any, site: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    visit(browser, site, "claims/index", DESK)
    for slug in ("sharp_step", "jensen_exp"):
        box = browser.find_element(By.CSS_SELECTOR, f'.graph a[href="{slug}.html"]')
        browser.execute_script("arguments[0].focus()", box)
        ActionChains(browser).send_keys(Keys.ENTER).perform()
        until(browser, f"document.URL.endsWith('claims/{slug}.html')")
        assert (
            STATEMENTS[slug].title.lower() in browser.find_element(By.TAG_NAME, "h1").text.lower()
        )
    assert complaints(browser) == []


@pytest.mark.slow
@needs_docs
def test_a_script_that_fails_would_be_heard(browser: Any, site: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    formulas = broken / "_static" / "explorables.js"
    formulas.write_text(formulas.read_text().replace("Math.expm1", "Math.nosuch"))
    browser.get_log("browser")
    browser.get(f"file://{broken}/explore/one_step.html")
    browser.execute_async_script("setTimeout(arguments[0], 2000)")
    assert any("nosuch" in line for line in complaints(browser))


# -- the pages, as text ----------------------------------------------------------------------------


class Links(HTMLParser):
    """Addresses and the places they may lead to, of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, text in attrs:
            if name in ("href", "src") and text is not None:
                self.addresses.append(text)
            elif name == "id" and text:
                self.places.add(text)


def broken_links(folder: Path) -> list[str]:
    """Addresses that lead out of the site to be loaded, or to nothing in it."""
    pages = {}
    for path in folder.rglob("*.html"):
        pages[path] = Links()
        pages[path].feed(path.read_text())
    broken = []
    for path, page in pages.items():
        for address in page.addresses:
            if re.match(r"https?:|data:|mailto:", address):
                continue
            name, _, place = address.partition("#")
            target = (path.parent / name.partition("?")[0]).resolve() if name else path
            if not target.exists() or (
                place and target in pages and place not in pages[target].places
            ):
                broken.append(f"{path.relative_to(folder)}: {address}")
    return broken


@pytest.mark.slow
@needs_docs
def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site: Path, tmp_path: Path) -> None:
    assert broken_links(site) == []
    loaded = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(?:https?:)?//")
    for page in site.rglob("*.html"):
        assert not loaded.search(page.read_text()), page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", sheet.read_text()), sheet
    planted = tmp_path / "planted"
    planted.mkdir()
    (planted / "a.html").write_text('<a href="nowhere.html">x</a><a href="#there">y</a>')
    assert len(broken_links(planted)) == 2


@pytest.mark.slow
@needs_docs
def test_every_claim_has_a_page_with_its_hypotheses_and_its_proof(site: Path) -> None:
    for slug, statement in STATEMENTS.items():
        text = (site / "claims" / f"{slug}.html").read_text().replace("<wbr>", "")
        assert all(f">{h.name}<" in text for h in statement.hypotheses), slug
        assert ("steps</summary>" in text) == (statement.expected != "refuted"), slug


@pytest.mark.slow
@needs_docs
def test_the_students_edition_has_no_solutions(site: Path, cases: Any, tmp_path: Path) -> None:
    def pages(with_solutions: bool) -> tuple[list[str], str]:
        source = tmp_path / str(with_solutions)
        few = ledger_of({"jensen_exp": cases["jensen_exp"]})
        building.stage(source, few, recorded_necessity(), with_solutions)
        asked = (source / "exercises" / "one_step" / "1.toml").read_text()
        return [path.name for path in source.glob("solutions/*.md")], asked

    (none, asked), (solved, judged) = pages(False), pages(True)
    assert not (site / "solutions").exists() and none == [] and len(solved) >= 12
    assert "[answer]" in asked and "[[check]]" not in asked and "[[check]]" in judged
    assert (site / "exercises" / "one_step" / "1.toml").read_text() == asked
