"""The report of a folder job: complete in its counts, bounded in its size, and safe whatever documents hold."""

from __future__ import annotations

import gc
import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from command import run as command

from normalize import explain
from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.corpus.manifest import Record
from normalize.findings import findings_of
from normalize.report import Collected, Part, ReportError, check_place, explained_page, report_page
from normalize.report.chosen import COMPARED, LISTED, NAMED
from normalize.report.comparison import CHANGES, LINES, Comparer, Comparison, compare, sample
from normalize.result import Change

NOON = datetime(2026, 5, 4, 12, 30)
PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)開通。\n第二行沒有甚麼。\n"


def data_of(page: str) -> dict:
    """Return what the page's script knows of the documents."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def reported(source: Path, tmp_path: Path, **options: object) -> tuple[str, Collected]:
    collected = Collected()
    job = Job(source, tmp_path / "out", Config(target="zh-Hans"), **options)  # type: ignore[arg-type]
    run(job, on_record=collected.add)
    return report_page(job, collected, Comparer(job), NOON), collected


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    (source / "page.txt").write_text(PAGE, "utf-8")
    (source / "clean.txt").write_text("这一页没有什么要改的。\n", "utf-8")
    (source / "old.txt").write_bytes("圖書館的閱覽室在三樓，報紙放在門口。\n".encode("big5") + b"\xff\n")
    (source / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    return source


def test_the_counts_are_those_of_all_documents(folder: Path, tmp_path: Path) -> None:
    """Statuses, encodings, scripts, rules with how sure they were, losses: as in the manifest."""
    page, found = reported(folder, tmp_path)
    assert found.statuses == {"ok": 2, "unchanged": 1, "failed": 1}
    assert found.encodings["big5hkscs"] == 1
    assert found.scripts["Hant", "Hans"] == 2
    assert found.judged["mojibake.annotation"]["proved"] == 3
    assert found.lost == 1
    text = unescape(re.sub(r"<[^>]+>", " ", page))
    for words in ("4 documents", "1 failed", "3 proved", "big5hkscs", "is no whole zip archive"):
        assert words in text
    rows = data_of(page)
    assert [row[0] for row in rows["rows"]] == ["broken.zip", "clean.txt", "old.txt", "page.txt"]


def test_a_run_with_nothing_left_to_do_reports_all(folder: Path, tmp_path: Path) -> None:
    """What an earlier run did is in the report of the next."""
    (first, _), (second, found) = reported(folder, tmp_path), reported(folder, tmp_path)
    assert data_of(first) == data_of(second)
    assert first.count("<ins ") == second.count("<ins ") > 0
    assert found.statuses["ok"] == 2


def test_differences_are_marked_on_both_sides_and_explained(folder: Path, tmp_path: Path) -> None:
    """As many marks before as after, each with the steps that led to it."""
    page, _ = reported(folder, tmp_path)
    befores, afters = re.findall(r"<del ([^>]+)>", page), re.findall(r"<ins ([^>]+)>", page)
    numbers = [[re.search(r'data-s="(\d+)"', mark)[1] for mark in marks] for marks in (befores, afters)]  # type: ignore[index]
    assert numbers[0] == numbers[1] != []
    steps = json.loads(re.search(r'id="steps">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert {int(number) for number in numbers[0]} == set(range(len(steps)))
    assert ["mojibake.annotation", "proved"] in [step[:2] for group in steps for step in group]


HOSTILE = (
    "</script><script>alert('软件')</script><img src=x onerror=alert(1)>\u202e\u0000发展關(guān)鍵&amp;</style>]]>-->"
)


def test_nothing_in_documents_or_names_is_markup(tmp_path: Path) -> None:
    """Tags, controls of direction, NUL and surrogates stand in the page as text, written out."""
    source = tmp_path / "in"
    (source / "<script>alert(1)<").mkdir(parents=True)
    (source / "<script>alert(1)<" / "script>\u202e.txt").write_text(HOSTILE, "utf-8")
    (source / "\udce8\udcbd\udcaf.txt").write_text("关键\n", "utf-8")
    page, _ = reported(source, tmp_path)
    plain = re.sub(r"<script>\"use strict\".*?</script>", "", page, flags=re.DOTALL)
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", plain))
    assert "img" not in tags
    assert len(re.findall(r"<script", plain)) == 2
    assert "\u202e" not in page
    assert "\0" not in page
    page.encode("utf-8")
    assert "&lt;script&gt;alert" in page
    assert any("<202E>" in row[0] for row in data_of(page)["rows"])


def test_pages_ask_the_network_for_nothing(folder: Path, tmp_path: Path) -> None:
    """No address is in them, and their policy forbids the rest."""
    page, _ = reported(folder, tmp_path)
    result = explain(PAGE, "zh-Hans")
    for one in (page, explained_page("a", [Part("", result, list(findings_of(result)))])):
        assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|<link|\bsrc=", one)
        assert "default-src 'none'" in one


def test_what_is_kept_is_bounded() -> None:
    """Of 100,000 documents the page lists some, and the memory for the others is given back."""
    collected = Collected()
    before = sum(isinstance(item, Record) for item in gc.get_objects())
    for number in range(100_000):
        status = "failed" if number % 1000 == 7 else "ok"
        rules = {f"script.rule{number % 40}": number}
        collected.add(Record(f"{number:06}.txt", status, size=10, changes=number % 100, rules=rules))  # type: ignore[arg-type]
    assert sum(isinstance(item, Record) for item in gc.get_objects()) - before < LISTED + 1000
    assert collected.count == 100_000
    rows = collected.rows()
    assert len(rows) == LISTED
    assert sum(record.status == "failed" for record in rows) == 100
    assert collected.worth["failed"].count == 100
    assert len(collected.worth["failed"].records()) == NAMED
    assert len(collected.compared()) <= COMPARED
    job = Job(Path("in"), Path("out"), Config())
    page = report_page(job, collected, lambda record: Comparison(problem="not here"), NOON)
    assert "most worth a look of 100,000" in page
    assert len(page) < 3_000_000


def test_every_rule_has_a_document_that_shows_it() -> None:
    """The documents compared are those worth a look, and one for each other rule."""
    collected = Collected()
    for number in range(200):
        collected.add(Record(f"{number}.txt", "ok", changes=1000 - number, rules={"script.character": 9}))
    collected.add(Record("rare.txt", "ok", changes=1, rules={"escapes.utf-7": 1}))
    assert "rare.txt" in [record.path for record in collected.compared()]


def test_a_long_document_is_sampled() -> None:
    """Some lines, each with some changes; every rule has its line, and what is lost comes first."""
    text = "关键\n" * 500 + "關(guān)鍵\n" + "关键" * 500 + "\n" + "关键\ufffd\n" * 3
    result = explain(text, "zh-Hant")
    lines, changed = sample(result, LINES)
    assert changed == 505
    assert len(lines) == LINES
    assert [line.number for line in lines] == sorted(line.number for line in lines)
    seen = {step.rule for line in lines for piece in line.pieces if isinstance(piece, Change) for step in piece.steps}
    assert {step.rule for steps in result.spans.steps for step in steps} == seen
    assert all(sum(isinstance(piece, Change) for piece in line.pieces) <= CHANGES for line in lines)
    (long,) = sample(explain("关键" * 500, "zh-Hant"), LINES)[0]
    assert long.more == 1000 - CHANGES


def test_a_document_that_changed_meanwhile_is_told(folder: Path, tmp_path: Path) -> None:
    """Its differences would be others than those of the run; a document that is gone costs no report."""
    collected = Collected()
    job = Job(folder, tmp_path / "out", Config(target="zh-Hans"))
    run(job, on_record=collected.add)
    records = {record.path: record for record in collected.rows()}
    (folder / "page.txt").write_text("別的\n", "utf-8")
    (folder / "old.txt").unlink()
    assert "has changed since" in compare(job, records["page.txt"]).problem
    assert "No such file" in compare(job, records["old.txt"]).problem
    assert "No such file" in report_page(job, collected, Comparer(job), NOON)


def test_comparing_ends_when_its_time_is_over(folder: Path, tmp_path: Path) -> None:
    """The report comes, and says what it leaves out."""
    job = Job(folder, tmp_path / "out", Config(target="zh-Hans"))
    assert "to have the report in time" in Comparer(job, 0.0)(Record("page.txt", "ok")).problem


def test_large_documents_are_compared_in_their_first_part(tmp_path: Path) -> None:
    """Those that cannot be divided are not compared."""
    (tmp_path / "long.txt").write_text("关键业务\n" * 100_000, "utf-8")
    (tmp_path / "long.html").write_text("<p>关键业务</p>\n" * 100_000, "utf-8")
    job = Job(tmp_path, tmp_path / "out", Config())
    found = [
        compare(job, Record(name, "ok", size=(tmp_path / name).stat().st_size)) for name in ("long.txt", "long.html")
    ]
    assert (len(found[0].lines), found[0].is_part) == (LINES, True)
    assert found[1].problem == "too large to be compared here"


def test_places_where_no_report_can_be_are_refused(folder: Path, tmp_path: Path) -> None:
    """Before any work: over other files, into the input, over an output, into a folder that is not there."""
    target = tmp_path / "out"
    (tmp_path / "notes.html").write_text("<h1>mine</h1>")
    places = [tmp_path / "notes.html", folder / "r.html", target / "page.txt", tmp_path / "no" / "r.html", tmp_path]
    target.mkdir()
    for place in places:
        with pytest.raises(ReportError):
            check_place(place, folder, target)
    check_place(tmp_path / "r.html", folder, target)
    (tmp_path / "r.html").write_text(reported(folder, tmp_path)[0])
    check_place(tmp_path / "r.html", folder, target)


def test_the_command_writes_the_report(folder: Path, tmp_path: Path) -> None:
    """Again when run again; a place that will not do is told before anything is written."""
    page = tmp_path / "report.html"
    for _ in range(2):
        done = command(
            "batch", str(folder), "-o", str(tmp_path / "out"), "--to", "zh-Hans", "--report", str(page), "-j1"
        )
        assert done.returncode == 3
        assert "4 documents" in page.read_text("utf-8")
    done = command("batch", str(folder), "-o", str(tmp_path / "two"), "--report", str(folder / "r.html"))
    assert done.returncode == 2
    assert b"inside the input" in done.stderr
    assert not (tmp_path / "two").exists()


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_can_be_read_in_both_themes() -> None:
    """Every pair of text and ground has a contrast of at least 4.5 to 1."""
    style = (Path(explained_page.__code__.co_filename).parent / "page.css").read_text("utf-8")
    themes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r"\{[^{}]*--paper[^{}]*\}", style)
    ]
    assert len(themes) >= 3
    for theme in themes[:3]:
        pairs = [(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "card", "sunk")]
        pairs += [(kind, f"{kind}-bg") for kind in ("rule", "proved", "inferred", "lost", "gone")] + [
            ("ink", "rule-bg")
        ]
        for text, ground in pairs:
            light, dark = sorted((luminance(theme[text]), luminance(theme[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
    assert themes[1] == themes[2]
