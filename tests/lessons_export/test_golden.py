"""Word for word as they were read last time: the pupil's page and the manifests of courses.

After a change that is meant: MAKER_GOLDEN=write pytest tests/lessons_export/test_golden.py, and read the
difference.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from makerlab.lessons.export.imscc import imscc
from makerlab.lessons.export.page import Source, make_page
from makerlab.lessons.export.scorm import scorm12
from makerlab.lessons.folder import read_folder

TESTS = Path(__file__).parents[1]
GOLDEN = TESTS / "golden" / "lessons"


def markup() -> str:
    """The page without what has files of its own: style, script, pictures, and the policy's sums of them; and
    without how Pygments marks programs."""
    page = make_page(source(), ["zh"], "pupil")
    page = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1...\3", page, flags=re.DOTALL)
    page = re.sub(r'<span class="[a-z0-9]{1,2}">(.*?)</span>', r"\1", page, flags=re.DOTALL)
    return re.sub(r"(sha256-|;base64,)[A-Za-z0-9+/=]+", r"\1...", page)


def manifest(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read("imsmanifest.xml").decode()


def source() -> Source:
    return Source.of(read_folder(TESTS / "lessons" / "example"))


MADE = {
    "pupil.zh.html": markup,
    "scorm12.imsmanifest.xml": lambda: manifest(scorm12(source(), ["zh"])),
    "imscc.imsmanifest.xml": lambda: manifest(imscc(source(), "zh")),
}


@pytest.mark.parametrize("name", MADE)
def test_it_reads_as_it_did(name):
    made, path = MADE[name](), GOLDEN / name
    if os.environ.get("MAKER_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.encode("utf-8"))
    assert made == path.read_bytes().decode("utf-8")
