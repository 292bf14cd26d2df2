"""Pages in a browser: nothing is complained about, nothing fetched, nothing wider than a phone.

Screenshots are left in build/screenshots, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import sprat
from sprat import demo
from sprat._pages.collection import collection_page
from sprat._pages.comparison import Measured, comparison_page
from sprat.cli.inspection import glance

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"
QUERY = "what happens if finally executes return <script>document.title = 'pwned'</script>"
LONG = "https://example.org/" + "a" * 300


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    with sync_api.sync_playwright() as playwright:
        # without the runtime of a sanitizer, which is for this process
        environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], env=environment)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Markup by name: of a real collection, and of one in which everything is too long."""
    passages = demo.passages(demo.python_topics())
    texts = [passage.text for passage in passages]
    retriever = sprat.Retriever.from_texts(texts, [passage.id for passage in passages])
    hits = retriever.search(QUERY)
    folder = tmp_path_factory.mktemp("pages") / "reference.sprat"
    retriever.save(folder)
    wide = sprat.Retriever.from_texts([LONG, f"{LONG} b"], [LONG, "<b>" * 50], sprat.BM25Encoder("unicode"))
    values = np.random.default_rng(0).integers(0, 5, (2, 3, 60)) / 4
    queries = [f"q{number}" for number in range(60)]
    measured = Measured(
        ["before.run", LONG],
        ["nDCG@10", "AP", "RR"],
        queries,
        values,
        values.mean(axis=2),
        {"q7": QUERY + LONG},
    )
    viewport = '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
    head = f"<!DOCTYPE html><html>{viewport}"
    return {
        "explanation": retriever.explain(QUERY, hits[0].id).to_html(),
        "explanation-wide": wide.explain(LONG, LONG).to_html(),
        "collection": collection_page(glance(str(folder))),
        "comparison": comparison_page(measured),
        "notebook": head + hits._repr_html_() + retriever.explain(QUERY, hits[0].id)._repr_html_(),
        "notebook-wide": head + wide.search(LONG)._repr_html_(),
    }


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1100, "light")])
@pytest.mark.parametrize(
    "name", ["explanation", "explanation-wide", "collection", "comparison", "notebook", "notebook-wide"]
)
def test_a_page_is_shown_as_it_should_be(browser, pages, tmp_path, name, width, scheme):
    file = tmp_path / f"{name}.html"
    file.write_text(pages[name], "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)
    shown = context.new_page()
    complaints: list[str] = []
    fetched: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text))
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("request", lambda request: fetched.append(request.url))

    shown.goto(file.as_uri())

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    wider = shown.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    title = shown.title()
    background = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert title != "pwned"
    assert complaints == []
    assert [url for url in fetched if not url.startswith("data:")] == [file.as_uri()]
    assert wider <= 0
    if "notebook" not in name:
        assert background == ("rgb(246, 246, 244)" if scheme == "light" else "rgb(19, 21, 24)")
