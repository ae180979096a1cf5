"""All rules over one lesson."""

from __future__ import annotations

from collections.abc import Mapping

from makerlab.i18n import _
from makerlab.lessons.check import (
    curriculum_rules,
    data_rules,
    file_rules,
    keyboard_rules,
    markdown_rules,
    picture_rules,
    plan_rules,
    privacy_rules,
    program_rules,
    reference_rules,
    target_rules,
    text_rules,
    wiring_rules,
)
from makerlab.lessons.check.source import Rule, Source, at_file
from makerlab.lessons.description import Description, describe
from makerlab.lessons.finding import SEVERITIES, Finding
from makerlab.lessons.model import LESSON_FILE

FILE_RULES: tuple[Rule, ...] = (
    file_rules.names,
    file_rules.sizes,
    markdown_rules.form,
    markdown_rules.headings,
    markdown_rules.pictures,
    markdown_rules.links,
    markdown_rules.code,
    markdown_rules.open_regions,
    program_rules.syntax,
    wiring_rules.read,
    picture_rules.drawings,
    picture_rules.photos,
    privacy_rules.personal,
    data_rules.lists,
    data_rules.tables,
)
"""Rules that need nothing but the files."""
LESSON_RULES: tuple[Rule, ...] = (
    text_rules.texts,
    text_rules.files,
    text_rules.translations,
    reference_rules.unique,
    reference_rules.references,
    reference_rules.files,
    markdown_rules.blocks,
    markdown_rules.tasks,
    plan_rules.minutes,
    plan_rules.enough,
    plan_rules.home,
    plan_rules.data,
    plan_rules.licence,
    curriculum_rules.codes,
    curriculum_rules.grades,
    target_rules.targets,
    target_rules.rates,
    program_rules.modules,
    program_rules.names_of_v2,
    program_rules.channels,
    wiring_rules.wires,
    wiring_rules.in_programs,
    wiring_rules.coverage,
    data_rules.scenes,
)
"""Rules that need the lesson."""


def check(files: Mapping[str, bytes]) -> list[Finding]:
    """Every mistake in a lesson's files: errors and warnings, by file and line. Never raises for what is in
    the files."""
    texts, findings = file_rules.decode(files)
    texts, traps = _put_right(texts)
    findings += traps
    described = _described(files, texts, findings)
    findings += keyboard_rules.prose_between_braces(texts)
    source = Source(files, texts, described.lesson, described.top)
    findings += described.findings
    for rule in FILE_RULES:
        findings += rule(source)
    if source.lesson is not None:
        for rule in LESSON_RULES:
            findings += rule(source)
    traps = [one for one in findings if one.rule in keyboard_rules.RULES]
    kept = [one for one in dict.fromkeys(findings) if not keyboard_rules.explains(one, traps)]
    return sorted(kept, key=_order)


def _put_right(texts: Mapping[str, str]) -> tuple[dict[str, str], list[Finding]]:
    """The texts with what the keyboard did to YAML mended, so that the other rules can go on; and what it
    did."""
    right = dict(texts)
    findings: list[Finding] = []
    for path, text in texts.items():
        if path.endswith(".yaml"):
            looked = keyboard_rules.look(path, text)
            findings += looked.findings
            right[path] = looked.mended
    return right, findings


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
