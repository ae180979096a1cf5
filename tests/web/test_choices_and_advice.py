"""What the page offers to choose from, and what it advises: nobody there types commands."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from in_browser import looking
from playwright.sync_api import expect

from makerlab.cli.page import page as page_command
from makerlab.i18n import _, speaking
from makerlab.recording.store.notebook import Notebook
from makerlab.web.advice import ADVICE
from makerlab.web.serving import PageServer


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_experiments_that_need_nothing_connected_come_first(teacher, spoken):
    offered = teacher.get("/api/page", headers={"x-maker-language": spoken}).json()["experiments"]
    names = [one["name"] for one in offered if not one["own"]]
    assert names[0] == "thermometer"  # all boards have it
    assert set(names[1:6]) == {"light", "magnet", "motion", "pendulum", "reaction"}  # all micro:bits
    assert names[6] == "sound"  # one of them
    assert set(names[-3:]) == {"colour", "distance", "weather"}


def test_what_the_page_advises_can_be_done_on_the_page(teacher):
    for path in ("/api/recordings/99", "/api/judged/99"):
        assert teacher.get(path).json() == {
            "what": "There is no recording 99.",
            "todo": "See which there are: open “Recordings”.",
        }
    typed = [text for text in ADVICE.values() if re.search(r"\bmaker (?!page\b)|Ctrl|--(?!notebook)", text)]
    assert typed == []


def test_advice_names_what_the_page_calls_so():
    """A title in quotation marks is one that stands on the page, in Chinese as well."""
    with speaking("zh"):
        for text in ADVICE.values():
            titles = re.findall("“(.+?)”", text)
            assert sorted(re.findall("“(.+?)”", _(text))) == sorted(map(_, titles))


@pytest.fixture
def read_only(tmp_path, monkeypatch):
    """A notebook of somebody else. Not by its mode: some users may write what they may not."""
    path = tmp_path / "notebook.sqlite3"
    Notebook(path).close()
    monkeypatch.setattr("makerlab.recording.store.notebook.is_writable", lambda _path: False)
    return path


def test_a_notebook_that_cannot_be_written_is_said_so_on_the_page(browser, serve, read_only):
    server = serve(notebook=read_only)
    with looking(browser) as page:
        page.goto(server.doors.link)
        notice = page.get_by_role("region", name="The notebook")
        expect(notice).to_contain_text(f"The notebook {read_only} can only be read.")
        expect(notice).to_contain_text("maker page --notebook")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_and_in_the_window_of_maker_page(read_only, monkeypatch, tmp_path):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))  # where no page runs
    monkeypatch.setattr(PageServer, "run", lambda server: [one.close() for one in server._sockets])
    said = CliRunner().invoke(page_command, ["--no-browser", "--notebook", str(read_only)])
    assert f"The notebook {read_only} can only be read.\n" in said.output
    assert "--notebook FILE.sqlite3\n" in said.output
    assert said.output.endswith("Ctrl-C ends.\nThe page has ended.\n")
