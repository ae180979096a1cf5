"""All rules over one lesson."""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.i18n import _
from makerlab.lessons.check import file_rules
from makerlab.lessons.check.source import Rule, Source, at_file
from makerlab.lessons.description import Description, describe
from makerlab.lessons.finding import SEVERITIES, Finding
from makerlab.lessons.model import LESSON_FILE

FILE_RULES: tuple[Rule, ...] = (file_rules.names, file_rules.sizes)
"""Rules that need nothing but the files."""
LESSON_RULES: tuple[Rule, ...] = ()
"""Rules that need the lesson."""

MAX_FINDINGS = 200
"""More help nobody; a broken file can give thousands."""


def check(files: Mapping[str, bytes]) -> list[Finding]:
    """Every mistake in a lesson's files: errors and warnings, by file and line. Never raises for what is in
    the files."""
    texts, findings = file_rules.decode(files)
    described = _described(files, texts, findings)
    source = Source(files, texts, described.lesson, described.top)
    findings += described.findings
    for rule in FILE_RULES:
        findings += rule(source)
    if source.lesson is not None:
        for rule in LESSON_RULES:
            findings += rule(source)
    return sorted(dict.fromkeys(findings), key=_order)[:MAX_FINDINGS]


def _described(files: Mapping[str, bytes], texts: Mapping[str, str], findings: list[Finding]) -> Description:
    if LESSON_FILE in texts:
        return describe(texts[LESSON_FILE])
    if LESSON_FILE not in files:
        what = _("There is no {file} in this lesson.").format(file=LESSON_FILE)
        todo = _("Make a lesson with: {command}").format(command="maker lesson new")
        findings.append(at_file(LESSON_FILE, "no-lesson", what, todo))
    return Description(None, ())


def _order(finding: Finding) -> tuple[object, ...]:
    first = finding.file != LESSON_FILE  # its mistakes explain others
    return (
        first,
        finding.file,
        finding.line,
        finding.column,
        SEVERITIES.index(finding.severity),
        finding.rule,
    )


def errors(findings: list[Finding]) -> int:
    """How many of them are errors."""
    return sum(finding.severity == "error" for finding in findings)
