"""A lesson as values: lesson.yaml, and the files beside it that hold data.

`Text` is a text by language, {"zh": ..., "en": ...}. An id is unique among its kind in the lesson. Stand-ins
("", 0, None, ()) stand where the file was wrong; `description.lesson_of` gives none of those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from makerlab.i18n import pick

LESSON_FILE = "lesson.yaml"
FORMAT = "1.0"
"""What this program reads and writes; a greater number before the dot is refused."""
SCHEMA_FOLDER = ".schema"
"""Where `maker lesson new` puts the schema for editors: no part of the lesson."""
SUFFIX = ".mkl"
"""Of a lesson packed into one file."""

Text = Mapping[str, str]

Status = Literal["draft", "trial", "stable"]
STATUSES: tuple[Status, ...] = ("draft", "trial", "stable")
Role = Literal["author", "editor", "translator", "tester", "reviewer"]
ROLES: tuple[Role, ...] = ("author", "editor", "translator", "tester", "reviewer")
Relation = Literal["remix", "translation", "port", "adaptation", "excerpt"]
RELATIONS: tuple[Relation, ...] = ("remix", "translation", "port", "adaptation", "excerpt")
Level = Literal["starter", "regular", "advanced"]
LEVELS: tuple[Level, ...] = ("starter", "regular", "advanced")
Strength = Literal["main", "support"]
STRENGTHS: tuple[Strength, ...] = ("main", "support")
Mode = Literal["stream", "log"]
MODES: tuple[Mode, ...] = ("stream", "log")
"""Sent while it is measured, or kept on the board (firmware/lab/logbook.py) and fetched later."""
TaskKind = Literal["required", "optional", "extension"]
TASK_KINDS: tuple[TaskKind, ...] = ("required", "optional", "extension")
Per = Literal["pupil", "group", "class"]
PERS: tuple[Per, ...] = ("pupil", "group", "class")
MaterialKind = Literal["board", "module", "tool", "consumable"]
MATERIAL_KINDS: tuple[MaterialKind, ...] = ("board", "module", "tool", "consumable")
SafetyLevel = Literal["info", "caution", "adult"]
SAFETY_LEVELS: tuple[SafetyLevel, ...] = ("info", "caution", "adult")

PERIOD_MINUTES = 40
"""A lesson period of a Chinese primary school."""

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LESSON_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = r"(0|[1-9][0-9]{0,5})"
VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-[a-z0-9]+(\.[a-z0-9]+)*)?")
"""Semantic versioning without build numbers."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Author:
    name: Text
    role: Role
    org: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """A lesson this one was made from; `digest` is that of its manifest, "" if it was never packed."""

    id: str
    version: str
    relation: Relation
    license: str
    authors: tuple[Author, ...]
    changes: Text
    digest: str = ""


@dataclass(frozen=True)
class Alignment:
    """A place in a curriculum: `scheme` is a vocabulary (vocabulary.py), `code` one of its codes."""

    scheme: str
    code: str
    strength: Strength = "main"


@dataclass(frozen=True)
class Milestone:
    id: str
    title: Text
    minutes: int
    evidence: Text
    """What shows that it is reached."""


@dataclass(frozen=True)
class Project:
    """What makes it a project. `elements` are codes of the vocabulary `pbl`."""

    driving_question: Text
    product: Text
    elements: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    audience: Text = field(default_factory=dict)
    reflection: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Objective:
    """`literacy` is "scheme:code", such as "cn-sci-2022:l.inquiry"; "" for none."""

    id: str
    text: Text
    literacy: str = ""


@dataclass(frozen=True)
class Target:
    """Boards that one program of the lesson is for.

    boards      keys of boards.yaml
    main        the program: code/<target>/<name>.py, whose neighbours are its own modules
    sensors     keys of sensors.yaml: what is connected
    firmware    versions that are needed: "micropython" and "makerlab", as ">=1.24"
    heap_max    bytes of memory the program may take, flash_max bytes of files; 0 for no limit of its own
    """

    id: str
    boards: tuple[str, ...]
    main: str
    sensors: tuple[str, ...] = ()
    firmware: Mapping[str, str] = field(default_factory=dict)
    heap_max: int = 0
    flash_max: int = 0

    @property
    def folder(self) -> str:
        """Where its program and modules lie: "code/esp32"."""
        return self.main.rpartition("/")[0]


@dataclass(frozen=True)
class Scale:
    """How a channel is counted: unit as on the wire ("" for a plain number), the values it can have, the
    smallest step (0 unknown) and how exact it is."""

    unit: str = ""
    range: tuple[float, float] | None = None
    resolution: float = 0
    accuracy: str = ""


@dataclass(frozen=True)
class Channel:
    """A quantity that the lesson's programs measure, by its name on the wire. `by` is for targets that count
    it otherwise; `without` are targets that do not measure it."""

    id: str
    name: Text
    scale: Scale
    by: Mapping[str, Scale] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def on(self, target: str) -> Scale:
        return self.by.get(target, self.scale)

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name)) or self.id


@dataclass(frozen=True)
class Acquisition:
    """How the data is taken; `targets` () for all."""

    rate_hz: float
    duration_s: float
    mode: Mode = "stream"
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Where:
    """A part of a recording: from the event whose text is `segment` up to the next such event, or from its
    start; of that, the `seconds` from and up to."""

    seconds: tuple[float, float] | None = None
    segment: str = ""


@dataclass(frozen=True)
class Parts:
    """Several parts of a recording, one after the other."""

    items: tuple[Where, ...]


@dataclass(frozen=True)
class Expectation:
    """What the data should be like. `check` and the names in `values` are of expectation_kinds.py.

    by      values that are others for a target, or for one board
    say     what it means, in a pupil's words
    """

    id: str
    check: str
    say: Text
    channel: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    by: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    targets: tuple[str, ...] = ()

    def on(self, target: str, board: str = "") -> Mapping[str, Value]:
        """Its values for a target (its id) and a board of it (its key)."""
        return {**self.values, **self.by.get(target, {}), **self.by.get(board, {})}


Value = float | str | tuple[float, float] | Where | Parts
"""A number, a word (a direction, a channel), a range of numbers, a part of the recording, or several."""


@dataclass(frozen=True)
class SceneUse:
    """What virtual boards see while the lesson is tested: the scene `scene` of a file like scenes.yaml.

    must_fail   expectations that must not hold in it: a scene with any is a negative one and proves that they
                can detect something; the others are not judged in it
    targets     () for all
    """

    id: str
    file: str
    scene: str
    seed: int = 0
    must_fail: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Substitute:
    """What does it at home; or, with `none`, why nothing does."""

    name: Text = field(default_factory=dict)
    note: Text = field(default_factory=dict)
    none: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    id: str
    name: Text
    qty: int
    per: Per
    kind: MaterialKind
    home: Substitute | None = None
    reuse: bool = True


@dataclass(frozen=True)
class Safety:
    """`code` is of the vocabulary `safety`, which has the text; `level` "" means the one there."""

    code: str
    level: SafetyLevel | Literal[""] = ""
    note: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Something to do in a step; in its Markdown the block `:::task <id>`."""

    id: str
    step: str
    kind: TaskKind
    title: Text
    minutes: int = 0
    objective: str = ""
    evidence: Text = field(default_factory=dict)
    hint: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """`file` is the name of its Markdown in steps/<language>/."""

    id: str
    file: str
    title: Text
    minutes: int
    milestone: str = ""

    def path(self, language: str) -> str:
        return f"steps/{language}/{self.file}"


@dataclass(frozen=True)
class Video:
    """`script` is a file of the lesson; the film itself lies elsewhere: address and digest."""

    script: str = ""
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Home:
    """The lesson without electronics; `file` is the name of its Markdown in home/: home/zh.md."""

    minutes: int
    video: Video | None = None

    @staticmethod
    def path(language: str) -> str:
        return f"home/{language}.md"


@dataclass(frozen=True)
class Word:
    """A word that pupils learn. `pinyin` with tone marks."""

    zh: str
    en: str
    pinyin: str = ""
    meaning: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Accessibility:
    """`reading_level` is the school grade whose texts are as hard; `colour_only`: something is said by
    colours alone."""

    reading_level: int = 0
    colour_only: bool = False
    keyboard: bool = True


@dataclass(frozen=True)
class Lesson:
    """All of lesson.yaml; lists in its order. `home` is None where it says `home: none`."""

    id: str
    version: str
    status: Status
    languages: tuple[str, ...]
    title: Text
    summary: Text
    license: str
    code_license: str
    authors: tuple[Author, ...]
    grades: tuple[int, ...]
    minutes: int
    periods: int
    project: Project
    objectives: tuple[Objective, ...]
    alignment: tuple[Alignment, ...]
    materials: tuple[Material, ...]
    safety: tuple[Safety, ...]
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]
    media_license: str = ""
    level: Level = "regular"
    keywords: tuple[Text, ...] = ()
    derived_from: tuple[Origin, ...] = ()
    unplugged: bool = False
    targets: tuple[Target, ...] = ()
    channels: tuple[Channel, ...] = ()
    acquisition: tuple[Acquisition, ...] = ()
    expect: tuple[Expectation, ...] = ()
    scenes: tuple[SceneUse, ...] = ()
    wiring: tuple[str, ...] = ()
    home: Home | None = None
    quiz: str = ""
    rubric: str = ""
    vocabulary: tuple[Word, ...] = ()
    accessibility: Accessibility | None = None

    @property
    def source_language(self) -> str:
        """The one that the others are translated from."""
        return self.languages[0]

    @property
    def shown_title(self) -> str:
        return pick(dict(self.title)) or self.id

    def target_for(self, board: str) -> Target | None:
        """The one whose program is for a board (its key)."""
        return next((target for target in self.targets if board in target.boards), None)

    def target(self, id: str) -> Target | None:
        return next((target for target in self.targets if target.id == id), None)

    def acquisition_of(self, target: str) -> Acquisition | None:
        """How a target (its id) takes the data."""
        return next((one for one in self.acquisition if not one.targets or target in one.targets), None)

    def measured(self, target: str) -> list[Channel]:
        """The channels that a target's program measures."""
        return [channel for channel in self.channels if target not in channel.without]

    def expected(self, target: str) -> list[Expectation]:
        """The expectations that are judged for a target."""
        return [one for one in self.expect if not one.targets or target in one.targets]

    def scenes_of(self, target: str) -> list[SceneUse]:
        return [one for one in self.scenes if not one.targets or target in one.targets]
