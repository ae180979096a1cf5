"""lesson.yaml -> Lesson, with every mistake in it.

Strict: a key that is not known, a value that cannot be, a list where a text should be are all noted with
file, line and column. Whether things fit together (a task's step, a pin, a code of a curriculum) is looked at
in `check`. The whole format stands in `schema/lesson-1.0.json`; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from makerlab.errors import BadFile
from makerlab.i18n import LANGUAGES, _
from makerlab.lessons import model
from makerlab.lessons.expectation_kinds import CHECKS, MEASURES, VALUE_FORMS
from makerlab.lessons.finding import Finding
from makerlab.lessons.form import Form, matching, plain, plain_text, range_of
from makerlab.lessons.model import (
    ID,
    LESSON_FILE,
    LESSON_ID,
    SHA256,
    VERSION,
    Accessibility,
    Acquisition,
    Alignment,
    Author,
    Channel,
    Expectation,
    Home,
    Lesson,
    Material,
    Milestone,
    Objective,
    Origin,
    Parts,
    Project,
    Safety,
    Scale,
    SceneUse,
    Step,
    Substitute,
    Target,
    Task,
    Value,
    Video,
    Where,
    Word,
)
from makerlab.yamlfile import Entry, read

MAX_LESSON_BYTES = 1 << 18
"""A lesson.yaml of 256 KB was not written by hand."""
MAX_MINUTES = 2000
"""A project of fifty periods."""
MAX_GRADE = 9
MAX_COUNT = 1000
MAX_BYTES = 1 << 24
MIN_HZ, MAX_HZ = 0.002, 10_000.0
"""What firmware/lab can do."""
MAX_S = 1e7
"""Four months: what scenes can be."""
BIG = 1e9
"""Beyond any value that a sensor gives."""

REQUIRED = (
    "format", "id", "version", "status", "languages", "title", "summary", "license", "code_license",
    "authors", "grades", "minutes", "periods", "alignment", "pbl", "objectives", "materials", "safety",
    "tasks", "steps", "home",
)  # fmt: skip
OPTIONAL = (
    "media_license", "derived_from", "level", "keywords", "unplugged", "targets", "channels", "acquisition",
    "expect", "scenes", "wiring", "quiz", "rubric", "vocabulary", "accessibility",
)  # fmt: skip

LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
"""An SPDX identifier, such as CC-BY-SA-4.0."""
STEP_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.md")
PROGRAM = re.compile(r"code/[a-z0-9]+(-[a-z0-9]+)*/[a-z_][a-z0-9_]*\.py")
SCENE_FILE = re.compile(r"data/[a-z0-9][a-z0-9_-]*\.yaml")
WIRING_FILE = re.compile(r"wiring/[a-z0-9]+(-[a-z0-9]+)*\.yaml")
FIRMWARE = ("micropython", "makerlab")
LITERACY = re.compile(r"[a-z0-9-]+:[a-z0-9.-]+")
_RANGE = r"((>=|<=|==|<|>)\s*[0-9]+(\.[0-9]+)*|~=\s*[0-9]+(\.[0-9]+)+)"
VERSIONS = re.compile(rf"{_RANGE}(\s*,\s*{_RANGE})*")
"""PEP 440: "~=" needs two numbers."""
ON_THE_WIRE = re.compile(r"[^,/\s]+")
"""A channel's name, as the wire allows it."""
UNIT = re.compile(r"[^,\s]+")
ADDRESS = re.compile(r"https?://[^\s\"<>]+")


@dataclass(frozen=True)
class Description:
    """What was read: `lesson` is None where the file is no lesson.yaml at all; with `findings` parts of it
    are stand-ins. `top` is the file as it was written, for rules that complain about a place in it."""

    lesson: Lesson | None
    findings: tuple[Finding, ...]
    top: Entry | None = None


def describe(text: str, path: str = LESSON_FILE) -> Description:
    """Read lesson.yaml from `text`; never raises."""
    findings: list[Finding] = []
    twice: list[BadFile] = []
    try:
        top = read(text, path, twice, aliases=False)
    except BadFile as error:
        return Description(None, (Finding.of(error, "yaml"),))
    findings += [Finding.of(error, "duplicate-key") for error in twice]
    if newer := _newer(top):
        return Description(None, (newer,), top)
    if top.kind != "keys":
        wrong = top.wrong(_("{file} should hold keys with values.").format(file=LESSON_FILE))
        return Description(None, (Finding.of(wrong, "yaml"),), top)
    lesson = _lesson(Form(top, REQUIRED, OPTIONAL, findings))
    return Description(lesson, tuple(findings), top)


def lesson_of(files: Mapping[str, bytes], path: str = LESSON_FILE) -> Lesson:
    """The lesson in a folder's files. Raises BadFile with the first mistake; `path` is how that names the
    file."""
    data = files.get(LESSON_FILE)
    if data is None:
        raise BadFile(
            path=path,
            line=1,
            column=1,
            problem=_("There is no {file} in this lesson.").format(file=LESSON_FILE),
            advice=_("Make a lesson with: {command}").format(command="maker lesson new"),
        )
    if len(data) > MAX_LESSON_BYTES:
        raise BadFile(
            path=path,
            line=1,
            column=1,
            problem=_("The file is too big."),
            advice=_("Split it, or leave the big part out."),
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
            column=1,
            problem=_("This is no text in UTF-8."),
            advice=_("Save it as UTF-8: in Notepad, choose it beside the button Save."),
        ) from None
    found = describe(text, path)
    if found.lesson is None or found.findings:
        first = found.findings[0]
        raise BadFile(
            path=first.file, line=first.line, column=first.column, problem=first.what, advice=first.todo
        )
    return found.lesson


def _newer(top: Entry) -> Finding | None:
    """The complaint about a lesson for a newer program; None if we can read it."""
    if top.kind != "keys" or "format" not in top.items() or top.items()["format"].kind != "text":
        return None
    entry = top.items()["format"]
    written = entry.text()
    major = written.partition(".")[0]
    if not (major.isascii() and major.isdigit()) or int(major[:9]) <= int(model.FORMAT.partition(".")[0]):
        return None
    wrong = entry.wrong(
        _("This lesson has format {format}; this maker reads {known}.").format(
            format=written, known=model.FORMAT
        ),
        _("Get the newest makerlab: pip install -U makerlab"),
    )
    return Finding.of(wrong, "newer-format")


def _lesson(form: Form) -> Lesson:
    form.choice("format", (model.FORMAT,), model.FORMAT)
    return Lesson(
        id=form.matching("id", LESSON_ID, "my-school/light-and-distance"),
        version=form.matching("version", VERSION, "1.0.0"),
        status=form.choice("status", model.STATUSES, "draft"),
        languages=form.words("languages", LANGUAGES) or LANGUAGES[:1],
        title=form.texts("title"),
        summary=form.texts("summary"),
        license=_license(form, "license"),
        code_license=_license(form, "code_license"),
        media_license=_license(form, "media_license"),
        authors=_authors(form),
        derived_from=form.forms(
            "derived_from",
            _origin,
            ("id", "version", "relation", "license", "authors", "changes"),
            ("digest",),
        ),
        grades=form.each("grades", lambda item: plain(item).integer(1, MAX_GRADE), 0),
        minutes=form.integer("minutes", 1, MAX_MINUTES),
        periods=form.integer("periods", 1, MAX_MINUTES // model.PERIOD_MINUTES),
        level=form.choice("level", model.LEVELS, "regular"),
        keywords=form.each("keywords", form.texts_of, {}),
        alignment=form.forms("alignment", _alignment, ("scheme", "code"), ("strength",)),
        project=_project(form),
        objectives=form.forms("objectives", _objective, ("id", "text"), ("literacy",)),
        unplugged=form.flag("unplugged"),
        targets=form.forms(
            "targets", _target, ("id", "boards", "main"), ("sensors", "firmware", "heap_max", "flash_max")
        ),
        channels=form.forms(
            "channels", _channel, ("id", "name"), ("unit", "range", "resolution", "accuracy", "by", "without")
        ),
        acquisition=form.forms("acquisition", _acquisition, ("rate_hz", "duration_s"), ("mode", "targets")),
        expect=_expectations(form),
        scenes=form.forms("scenes", _scene, ("id", "file", "scene"), ("seed", "must_fail", "targets")),
        materials=form.forms("materials", _material, ("id", "name", "qty", "per", "kind"), ("home", "reuse")),
        wiring=form.each("wiring", lambda item: matching(item, WIRING_FILE, "wiring/esp32.yaml"), ""),
        safety=form.forms("safety", _safety, ("code",), ("level", "note")),
        tasks=form.forms(
            "tasks", _task, ("id", "step", "kind", "title"), ("minutes", "objective", "evidence", "hint")
        ),
        steps=form.forms("steps", _step, ("id", "file", "title", "minutes"), ("milestone",)),
        home=_home(form),
        quiz=form.read("quiz", lambda entry: entry.choice(("quiz.yaml",)), ""),
        rubric=form.read("rubric", lambda entry: entry.choice(("rubric.yaml",)), ""),
        vocabulary=form.forms("vocabulary", _word, LANGUAGES, ("pinyin", "meaning")),
        accessibility=_accessibility(form),
    )


# -- who and what for --------------------------------------------------------------------------------------


def _license(form: Form, key: str) -> str:
    return form.matching(key, LICENSE, "CC-BY-SA-4.0")


def _authors(form: Form) -> tuple[Author, ...]:
    return form.forms("authors", _author, ("name", "role"), ("org",))


def _author(form: Form) -> Author:
    return Author(form.texts("name"), form.choice("role", model.ROLES, "author"), form.texts("org"))


def _origin(form: Form) -> Origin:
    return Origin(
        form.matching("id", LESSON_ID, "my-school/light-and-distance"),
        form.matching("version", VERSION, "1.0.0"),
        form.choice("relation", model.RELATIONS, "remix"),
        _license(form, "license"),
        _authors(form),
        form.texts("changes"),
        form.matching("digest", SHA256, "64 x 0-9a-f"),
    )


def _alignment(form: Form) -> Alignment:
    return Alignment(form.text("scheme"), form.text("code"), form.choice("strength", model.STRENGTHS, "main"))


def _project(form: Form) -> Project:
    inner = form.form(
        "pbl", ("driving_question", "product"), ("elements", "milestones", "audience", "reflection")
    )
    if inner is None:
        return Project({}, {})
    return Project(
        inner.texts("driving_question"),
        inner.texts("product"),
        inner.each("elements", plain_text, ""),
        inner.forms("milestones", _milestone, ("id", "title", "minutes", "evidence")),
        inner.texts("audience"),
        inner.each("reflection", inner.texts_of, {}),
    )


def _milestone(form: Form) -> Milestone:
    minutes = form.integer("minutes", 1, MAX_MINUTES)
    return Milestone(_id(form), form.texts("title"), minutes, form.texts("evidence"))


def _objective(form: Form) -> Objective:
    return Objective(
        _id(form), form.texts("text"), form.matching("literacy", LITERACY, "cn-sci-2022:l.inquiry")
    )


# -- boards and data ---------------------------------------------------------------------------------------


def _target(form: Form) -> Target:
    return Target(
        _id(form),
        form.each("boards", plain_text, ""),
        form.matching("main", PROGRAM, "code/esp32/main.py"),
        form.each("sensors", plain_text, ""),
        _firmware(form),
        form.integer("heap_max", 1, MAX_BYTES),
        form.integer("flash_max", 1, MAX_BYTES),
    )


def _firmware(form: Form) -> dict[str, str]:
    inner = form.form("firmware", (), FIRMWARE)
    if inner is None:
        return {}
    wanted = {key: inner.matching(key, VERSIONS, '">=1.24"') for key in FIRMWARE}
    return {key: text for key, text in wanted.items() if text}


def _channel(form: Form) -> Channel:
    return Channel(
        form.matching("id", ON_THE_WIRE, "light"),
        form.texts("name"),
        _scale(form),
        {
            target: _scale(Form(entry, (), ("unit", "range", "resolution", "accuracy"), form.findings))
            for target, entry in form.mapping("by").items()
        },
        form.each("without", plain_text, ""),
    )


def _scale(form: Form) -> Scale:
    return Scale(
        form.matching("unit", UNIT, "degC"),
        form.range("range", -BIG, BIG),
        form.number("resolution", 1e-9, BIG),
        form.text("accuracy"),
    )


def _acquisition(form: Form) -> Acquisition:
    return Acquisition(
        form.number("rate_hz", MIN_HZ, MAX_HZ, 1),
        form.number("duration_s", 0.1, MAX_S, 1),
        form.choice("mode", model.MODES, "stream"),
        form.each("targets", plain_text, ""),
    )


_FIXED = ("id", "check", "say")
_FREE = ("channel", "by", "targets")


def _expectations(form: Form) -> tuple[Expectation, ...]:
    return tuple(_expectation(item, form) for item in form.items("expect"))


def _expectation(entry: Entry, outer: Form) -> Expectation:
    """The check decides which other keys there are, so it is looked at first."""
    written = entry.items().get("check") if entry.kind == "keys" else None
    kind = next((CHECKS[key] for key in CHECKS if written is not None and written.says(key)), None)
    if kind is None:
        form = Form(entry, _FIXED, (*_FREE, *VALUE_FORMS), outer.findings)
        return Expectation(_id(form), form.choice("check", CHECKS, ""), form.texts("say"))
    bounds = ("min", "max") if kind.bounded else ()
    values = (*kind.needs, *kind.may, *bounds, "where")
    needs = (*_FIXED, *kind.needs, *(("channel",) if kind.channel else ()))
    form = Form(entry, needs, tuple(key for key in (*_FREE, *values) if key not in needs), outer.findings)
    expectation = Expectation(
        _id(form),
        form.text("check"),
        form.texts("say"),
        form.matching("channel", ON_THE_WIRE, "light"),
        _values(form, values),
        {
            key: _values(Form(inner, (), values, form.findings), values)
            for key, inner in form.mapping("by").items()
        },
        form.each("targets", plain_text, ""),
    )
    if kind.bounded and not {"min", "max"} & set(entry.items()):
        form.note(
            entry,
            "missing-key",
            _("“{name}” needs “min” or “max”, or both.").format(name=expectation.check),
            _("Add a line “{key}: ...” there.").format(key="min"),
        )
    return expectation


def _values(form: Form, names: tuple[str, ...]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in names:
        value = form.read(name, partial(_value, name=name, form=form), None)
        if value is not None:
            found[name] = value
    return found


def _value(entry: Entry, name: str, form: Form) -> Value:
    kind = VALUE_FORMS[name]
    if kind == "number":
        return plain(entry).number(-BIG, BIG)
    if kind == "range":
        return range_of(entry, -BIG, BIG)
    if kind == "channel":
        return plain_text(entry)
    if kind == "rising or falling":
        return entry.choice(("rising", "falling"))
    if kind == "measure":
        return entry.choice(MEASURES)
    if kind == "parts":
        return Parts(tuple(_part(item, name, form) for item in entry.entries()))
    return _part(entry, name, form)


def _part(entry: Entry, name: str, form: Form) -> Where:
    part = Form(entry, (), ("t", "segment"), form.findings)
    if entry.kind == "keys" and "t" not in part and "segment" not in part:
        raise entry.wrong(
            _("A part of the recording needs “t” or “segment”."),
            _("Write it so: {example}").format(example=f"{name}: {{t: [0, 10]}}"),
        )
    return Where(part.range("t", 0, MAX_S), part.text("segment"))


def _scene(form: Form) -> SceneUse:
    return SceneUse(
        _id(form),
        form.matching("file", SCENE_FILE, "data/scenes.yaml"),
        form.text("scene"),
        form.integer("seed", 0, MAX_COUNT),
        form.each("must_fail", plain_text, ""),
        form.each("targets", plain_text, ""),
    )


# -- what is needed and done -------------------------------------------------------------------------------


def _material(form: Form) -> Material:
    home = form.form("home", (), ("name", "note", "none"))
    substitute = None
    if home is not None:
        if ("name" in home) == ("none" in home) and home.entry.kind == "keys":
            form.note(
                home.entry,
                "value",
                _("“home” needs “name” (what does it at home) or “none” (why nothing does), and not both."),
                _("Write it so: {example}").format(example="home: {name: {zh: 手电筒, en: a torch}}"),
            )
        substitute = Substitute(home.texts("name"), home.texts("note"), home.texts("none"))
    return Material(
        _id(form),
        form.texts("name"),
        form.integer("qty", 1, MAX_COUNT),
        form.choice("per", model.PERS, "group"),
        form.choice("kind", model.MATERIAL_KINDS, "tool"),
        substitute,
        form.flag("reuse", True),
    )


def _safety(form: Form) -> Safety:
    levels: tuple[Literal["info", "caution", "adult", ""], ...] = model.SAFETY_LEVELS
    return Safety(form.text("code"), form.choice("level", levels, ""), form.texts("note"))


def _task(form: Form) -> Task:
    return Task(
        _id(form),
        form.text("step"),
        form.choice("kind", model.TASK_KINDS, "optional"),
        form.texts("title"),
        form.integer("minutes", 1, MAX_MINUTES),
        form.text("objective"),
        form.texts("evidence"),
        form.texts("hint"),
    )


def _step(form: Form) -> Step:
    return Step(
        _id(form),
        form.matching("file", STEP_FILE, "1-measure.md"),
        form.texts("title"),
        form.integer("minutes", 1, MAX_MINUTES),
        form.text("milestone"),
    )


def _home(form: Form) -> Home | None:
    if "home" not in form or (form["home"].says("none")):
        return None
    inner = form.form("home", ("minutes",), ("video",))
    assert inner is not None
    video = inner.form("video", (), ("script", "url", "sha256"))
    return Home(
        inner.integer("minutes", 1, MAX_MINUTES),
        None
        if video is None
        else Video(
            video.text("script"),
            video.matching("url", ADDRESS, "https://example.org/film.mp4"),
            video.matching("sha256", SHA256, "64 x 0-9a-f"),
        ),
    )


def _word(form: Form) -> Word:
    return Word(form.text("zh"), form.text("en"), form.text("pinyin"), form.texts("meaning"))


def _accessibility(form: Form) -> Accessibility | None:
    inner = form.form("accessibility", (), ("reading_level", "colour_only", "keyboard"))
    if inner is None:
        return None
    return Accessibility(
        inner.integer("reading_level", 1, MAX_GRADE), inner.flag("colour_only"), inner.flag("keyboard", True)
    )


def _id(form: Form) -> str:
    return form.matching("id", ID, "near-and-far")
