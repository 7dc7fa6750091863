"""The pages in a real browser: their script runs, keys and filters work, and nothing is fetched."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser

from normalize import explain
from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.findings import findings_of
from normalize.report import Collected, Part, explained_page, report_page
from normalize.report.comparison import Comparer

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")

PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)開通。\n第二行沒有甚麼。\n"
HOSTILE = "</script><script>window.broken = 1</script><img src=x onerror='window.broken=2'>\u202e發\u0000展\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a folder with 240 documents, some of them hostile."""
    folder = tmp_path_factory.mktemp("report")
    source = folder / "in"
    (source / "many").mkdir(parents=True)
    for number in range(230):
        (source / "many" / f"{number:03}.txt").write_text("圖書館\n", "utf-8")
    for number in range(5):
        (source / f"page{number}.txt").write_text(PAGE * (number + 1), "utf-8")
    (source / "old.txt").write_bytes("報紙放在門口的架子上。\n".encode("big5") + b"\xff\n")
    (source / "<img src=x onerror='window.broken=3'>.txt").write_text(HOSTILE, "utf-8")
    (source / "bomb.gz").write_bytes(gzip.compress(bytes(1 << 24)))
    (source / "one-line.txt").write_text("關鍵發展" * 20_000, "utf-8")
    (source / "\udce8\udcbd.txt").write_text("業務\n", "utf-8")
    collected = Collected()
    job = Job(source, folder / "out", Config(target="zh-Hans"))
    run(job, on_record=collected.add)
    page = folder / "report.html"
    page.write_text(report_page(job, collected, Comparer(job), datetime(2026, 5, 4)), "utf-8")
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture
def page(browser: Browser, report: Path) -> Browser:
    """A browser that shows the report anew, and has nothing to complain of."""
    browser.requests.clear()
    browser.open(report)
    assert browser.complaints == []
    return browser


def count(page: Browser, query: str) -> int:
    """Return how many elements are to be seen."""
    script = f"[...document.querySelectorAll({query!r})].filter(item => item.getClientRects().length).length"
    return int(page.value(script))


def choose(page: Browser, name: str, value: str) -> None:
    page.value(
        f"(() => {{ const item = document.querySelector('#filter-{name}'); item.value = {value!r};"
        "item.dispatchEvent(new Event('change')); item.dispatchEvent(new Event('input')); })()"
    )


def test_nothing_is_fetched_and_nothing_of_a_document_runs(page: Browser, report: Path) -> None:
    """The file is the only request; scripts and images in names and texts are text."""
    assert page.requests == [report.as_uri()]
    assert page.value("typeof window.broken") == "undefined"
    assert page.value("document.images.length") == 0
    assert "onerror" in page.value("document.querySelector('main').textContent")


def test_filters_choose_documents(page: Browser) -> None:
    """By status, rule, encoding and text, in both lists; a button of a table does the same."""
    assert page.value("document.querySelector('#found').textContent") == "240 documents"
    assert count(page, "#documents tbody tr") == 100
    page.value("document.querySelector('#more').click()")
    assert count(page, "#documents tbody tr") == 200
    choose(page, "status", "failed")
    assert page.value("document.querySelector('#found').textContent") == "1 of 240 documents"
    assert "bomb" in page.value("document.querySelector('#documents tbody').textContent")
    assert count(page, ".worth") == 1
    page.value("document.querySelector('#clear').click()")
    choose(page, "encoding", "big5hkscs")
    assert page.value("document.querySelector('#documents tbody td').textContent") == "old.txt"
    page.value("document.querySelector('#clear').click()")
    choose(page, "text", "page3")
    page.wait("document.querySelector('#found').textContent.startsWith('1 of')")
    choose(page, "text", "no such name")
    page.wait("!document.querySelector('#nothing').hidden")
    page.value("document.querySelector('#clear').click()")
    button = "[...document.querySelectorAll('[data-filter=rule]')].find(item => item.textContent === 'annotation')"
    page.value(f"{button}.click()")
    assert page.value("document.querySelector('#found').textContent") == "5 of 240 documents"


def test_keys_lead_through_documents_and_changes(page: Browser) -> None:
    """j and k go from document to document, n and p from change to change; each says why."""
    page.press("j")
    first = page.value("document.activeElement.textContent")
    page.press("j")
    assert page.value("document.activeElement.textContent") != first
    page.press("k")
    assert page.value("document.activeElement.textContent") == first
    choose(page, "text", "page4")
    page.wait("document.querySelector('#found').textContent.startsWith('1 of')")
    page.value("document.activeElement.blur()")
    page.press("j")
    page.press("n")
    assert page.value("document.activeElement.tagName") == "INS"
    assert page.value("document.querySelector('#why').classList.contains('shown')")
    told = page.value("document.querySelector('#why').textContent")
    assert "關 → 关" in told
    assert "script.character" in told
    assert page.value("document.querySelectorAll('.twin').length") == 2
    page.press("n")
    next_told = page.value("document.querySelector('#why').textContent")
    assert "(guān) → nothing" in next_told
    assert "mojibake.annotation" in next_told
    page.press("p")
    assert page.value("document.querySelector('#why').textContent") == told
    page.press("Escape")
    assert not page.value("document.querySelector('#why').classList.contains('shown')")
    page.press("/")
    assert page.value("document.activeElement.id") == "filter-text"
    page.press("Escape")
    page.press("?")
    assert page.value("document.querySelector('#help').open")


def test_light_and_dark(page: Browser) -> None:
    """As the system has it, until the button says otherwise."""
    ground = "getComputedStyle(document.body).backgroundColor"
    button = "document.querySelector('#theme')"
    page.value(f"(() => {{ while ({button}.textContent !== 'Auto') {button}.click(); }})()")
    colours = []
    for scheme in ("light", "dark"):
        page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours.append(page.value(ground))
    assert colours[0] != colours[1]
    page.press("t")
    assert page.value(ground) == colours[0]
    page.press("t")
    page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    assert page.value(ground) == colours[1]
    page.press("t")


@pytest.mark.parametrize("width", [360, 400, 800, 1600])
def test_no_width_needs_scrolling_sideways(page: Browser, width: int) -> None:
    """Long names and lines of hundred thousand characters stay inside the page."""
    page.size(width, 900)
    page.value("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    assert page.value("document.documentElement.scrollWidth") <= width
    page.size(1280, 900)


def test_the_page_has_names_for_its_parts(page: Browser) -> None:
    """One heading of the first rank, landmarks, labels; every id once."""
    assert count(page, "h1") == count(page, "main") == count(page, "footer") == 1
    unnamed = (
        "[...document.querySelectorAll('input, select, button')].filter(item => "
        "!(item.textContent.trim() || item.getAttribute('aria-label'))).length"
    )
    assert page.value(unnamed) == 0
    ids = page.value("[...document.querySelectorAll('[id]')].map(item => item.id)")
    assert len(ids) == len(set(ids))
    assert page.value("document.documentElement.lang") == "en"
    roles = {node["role"]["value"] for node in page.ask("Accessibility.getFullAXTree")["nodes"] if "role" in node}
    assert {"main", "search", "banner", "contentinfo", "table", "columnheader"} <= roles


def test_printing_shows_what_is_folded(page: Browser) -> None:
    """A printed page has its differences, and no controls."""
    page.value("document.querySelectorAll('details').forEach(item => { item.open = false; })")
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert count(page, ".filters") == 0
    assert page.value("document.querySelector('details .sides').getBoundingClientRect().height") > 20
    assert len(page.ask("Page.printToPDF")["data"]) > 10_000
    page.ask("Emulation.setEmulatedMedia", media="")


def test_one_document_explained(browser: Browser, tmp_path: Path) -> None:
    """The page of one document has the same keys and the same frame."""
    text = PAGE + HOSTILE + "關鍵" * 3000
    result = explain(text, "zh-Hans")
    file = tmp_path / "one.html"
    file.write_text(explained_page("<b>名", [Part("", result, list(findings_of(result)))]), "utf-8")
    browser.requests.clear()
    browser.open(file)
    assert browser.complaints == []
    assert browser.requests == [file.as_uri()]
    assert browser.value("document.title") == "<b>名"
    assert browser.value("typeof window.broken") == "undefined"
    browser.size(400, 900)
    assert browser.value("document.documentElement.scrollWidth") <= 400
    browser.size(1280, 900)
    browser.press("n")
    browser.press("n")
    assert "mojibake.annotation" in browser.value("document.querySelector('#why').textContent")
