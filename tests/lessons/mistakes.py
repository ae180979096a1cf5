"""What authors get wrong: each mistake made in a good lesson, and the finding that it must give.

A mistake changes one place of one file of the example: `old` becomes `new` (or the whole file is `new` where
`old` is ""). `line` is where the finding must stand: the line of `old`, moved by `down`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

FIRST = 1


@dataclass(frozen=True)
class Mistake:
    name: str
    rule: str
    file: str
    old: str
    new: str | bytes
    down: int = 0
    """How many lines below the change the finding stands."""
    at: str = ""
    """The file of the finding, if it is another one; it then stands in the line that has `at_text`."""
    at_text: str = ""
    severity: str = "error"

    def made_in(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The lesson with this mistake."""
        made = dict(files)
        if not self.old:
            made[self.file] = self.new if isinstance(self.new, bytes) else self.new.encode()
            return made
        text = files[self.file].decode()
        assert text.count(self.old) >= 1, f"{self.name}: the example has no {self.old!r}"
        new = self.new if isinstance(self.new, str) else self.new.decode("latin-1")
        made[self.file] = text.replace(self.old, new, 1).encode()
        return made

    def place(self, files: Mapping[str, bytes]) -> tuple[str, int]:
        """File and line of the finding."""
        if self.at:
            text = files[self.at].decode()
            return self.at, text[: text.index(self.at_text)].count("\n") + 1 if self.at_text else FIRST
        if not self.old:
            return self.file, FIRST + self.down
        text = files[self.file].decode()
        return self.file, text[: text.index(self.old)].count("\n") + 1 + self.down


def photo_with_place() -> bytes:
    """A JPEG whose first segment is Exif with a pointer to GPS tags."""
    tags = struct.pack("<HHHIII", 1, 0x8825, 4, 1, 26, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + tags
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xda\0\x02\xff\xd9"


def png_with_camera() -> bytes:
    """A PNG with an eXIf chunk that names the camera."""
    tags = b"MM\0*" + struct.pack(">IHHHII", 8, 1, 0x0110, 2, 4, 0x41424300)
    chunk = struct.pack(">I", len(tags)) + b"eXIf" + tags
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", zlib.crc32(chunk[4:]))


SCRIPTED = '<svg xmlns="http://www.w3.org/2000/svg">\n<script>alert(1)</script>\n</svg>\n'
YAML, ZH1, ZH2, EN1 = "lesson.yaml", "steps/zh/1-measure.md", "steps/zh/2-compare.md", "steps/en/1-measure.md"
WIRES, MICROBIT = "wiring/esp32.yaml", "code/microbit/main.py"
ENOUGH_ROWS = """  - id: enough-rows
    check: count
    min: 90
    max: 110
    say:
      zh: 20 秒里大约有 100 行数据。
      en: There are about 100 rows in 20 seconds.
"""

MISTAKES = [
    # -- the keyboard
    Mistake("full-width colon", "full-width-colon", YAML, "status: trial", "status：trial"),
    Mistake("full-width colon in a list", "full-width-colon", YAML, "  - id: microbit", "  - id：microbit"),
    Mistake("full-width comma", "full-width-comma", YAML, "grades: [4, 5]", "grades: [4，5]"),
    Mistake("no space behind a colon", "colon-space", YAML, "level: starter", "level:starter"),
    Mistake("a tab", "indent", YAML, "  zh: 离灯多远还看得清？", "\tzh: 离灯多远还看得清？"),
    Mistake(
        "prose between braces, cut at its comma",
        "flow-prose",
        YAML,
        "summary:\n  zh: 从灯旁边慢慢走开，看光线的数值怎样变小。\n  en: Walk slowly away from a lamp",
        "summary: {zh: 慢慢走开, en: Walk away, slowly} #",
    ),
    Mistake(
        "a question between braces",
        "flow-prose",
        YAML,
        "title:\n  zh: 离灯多远还看得清？\n  en: How far from the lamp can you still read?",
        "title: {zh: 多远, en: How far?}",
    ),
    Mistake("1.10", "no-quotes", YAML, 'format: "1.0"', "format: 1.0"),
    Mistake("10:30", "no-quotes", YAML, "      zh: 拿着开发板慢慢走开", "      zh: 10:30"),
    Mistake("a key twice", "duplicate-key", YAML, "level: starter", "level: starter\nlevel: regular", 1),
    Mistake("full-width colons of a block", "full-width-colon", ZH1, ":::predict", "：：：predict"),
    # -- fields
    Mistake("a misspelt key", "unknown-key", YAML, "keywords:", "keyword:"),
    Mistake("a key forgotten", "missing-key", YAML, "status: trial\n", "", at=YAML),
    Mistake("a word that is none", "value", YAML, "status: trial", "status: finished"),
    Mistake("a newer format", "newer-format", YAML, 'format: "1.0"', 'format: "2.0"'),
    Mistake("a number in quotes", "value", YAML, "minutes: 40", 'minutes: "40"'),
    # -- what belongs together
    Mistake("an unknown code", "unknown-code", YAML, 'code: "3.3"', 'code: "3.7"'),
    Mistake("an unknown curriculum", "unknown-code", YAML, "scheme: ngss", "scheme: ngs"),
    Mistake("minutes do not add up", "minutes", YAML, "minutes: 40", "minutes: 90"),
    Mistake("a task of no step", "dead-reference", YAML, "    step: measure", "    step: mesure"),
    Mistake("an id twice", "duplicate-id", YAML, "  - id: film", "  - id: walk"),
    Mistake("a channel of no name", "dead-reference", YAML, "    channel: light", "    channel: lihgt"),
    Mistake(
        "no required task",
        "required-task",
        YAML,
        "    kind: required",
        "    kind: optional",
        at=YAML,
        at_text="tasks:",
    ),
    Mistake(
        "no substitute at home",
        "no-substitute",
        YAML,
        "    home:\n      name:\n        zh: 手电筒\n        en: a torch\n",
        "",
        at=YAML,
        at_text="id: lamp",
    ),
    Mistake("a scene nobody wrote", "dead-reference", YAML, "scene: walk_away", "scene: walk_of"),
    Mistake(
        "too few expectations", "few-expectations", YAML, ENOUGH_ROWS, "", at=YAML, at_text="id: microbit"
    ),
    Mistake("heap of another board", "heap", YAML, "heap_max: 8000", "heap_max: 80000"),
    # -- two languages
    Mistake("no English", "missing-translation", YAML, "    en: light\n", "", -1),
    Mistake(
        "an English step is missing a block",
        "unpaired-block",
        EN1,
        ":::board esp32\nConnect the photoresistor to D34, as the wiring diagram shows.\n:::\n\n",
        "",
        at=ZH1,
        at_text=":::board",
    ),
    Mistake(
        "the original was changed",
        "stale-translation",
        ZH1,
        "慢慢走到一米远",
        "慢慢走到两米远",
        at=EN1,
        severity="warning",
    ),
    # -- steps
    Mistake("no text for a picture", "missing-alt", ZH1, "![台灯、尺子和开发板排成一条线]", "![]"),
    Mistake("a heading left out", "skipped-heading", ZH1, "## 让开发板测光", "### 让开发板测光"),
    Mistake("HTML", "raw-html", ZH2, "看你的曲线：", "<b>看</b>你的曲线："),
    Mistake(
        "a block without an end",
        "block-not-closed",
        ZH2,
        "灯不动，纸换。\n:::\n\n:::quiz q1\n:::\n\n:::reflect\n你的预测和结果哪里不一样？\n:::\n",
        "灯不动。\n",
        -1,
    ),
    Mistake("a block there is none of", "unknown-block", ZH2, ":::hint", ":::hnit"),
    Mistake("a picture there is none of", "missing-file", ZH1, "media/setup.svg", "media/set-up.svg"),
    Mistake(
        "a link that runs something", "bad-link", ZH2, "看你的曲线：", "[看](javascript:alert(1))你的曲线："
    ),
    Mistake("a region there is none of", "missing-region", ZH1, "lines=measure", "lines=measur"),
    Mistake(
        "a task without a block",
        "task-block",
        ZH2,
        ":::task film\n把红色透明纸放在灯前面，再测一次。\n:::\n\n",
        "",
        at=YAML,
        at_text="id: film",
    ),
    Mistake(
        "a safety note that is not declared",
        "dead-reference",
        ZH1,
        ":::safety no-stare-light",
        ":::safety hot-water",
    ),
    # -- programs and wires
    Mistake(
        "a module the board does not have",
        "no-module",
        MICROBIT,
        "from microbit import display",
        "import dht",
    ),
    Mistake(
        "a name only V2 has",
        "no-module",
        MICROBIT,
        "from microbit import display",
        "from microbit import display, microphone",
    ),
    Mistake(
        "a name only V2 has, of all names",
        "no-module",
        MICROBIT,
        "from microbit import display",
        "from microbit import *; microphone.sound_level()",
    ),
    Mistake("a program with a slip", "syntax", MICROBIT, 'run(5, "light")', 'run(5, "light"'),
    Mistake("another unit", "channel", MICROBIT, 'channel("light", ""', 'channel("light", "lx"'),
    Mistake("another rate", "rate", MICROBIT, "run(5,", "run(50,", severity="warning"),
    Mistake("a sensor that does not fit", "sensor-board", YAML, "sensors: [ldr]", "sensors: [microbit]"),
    Mistake("a pin there is none of", "no-pin", WIRES, "from: GND", "from: GDN"),
    Mistake(
        "a pin that cannot do it",
        "wrong-pin",
        WIRES,
        "{from: D34, to: ldr.other_leg, colour: yellow}",
        "{from: D18, to: ldr.other_leg, colour: yellow}",
    ),
    Mistake(
        "5 V",
        "five-volts",
        WIRES,
        "{from: 3V3, to: ldr.leg, colour: red}",
        "{from: VIN, to: ldr.leg, colour: red}",
        1,
    ),
    Mistake(
        "5 V straight to a pin",
        "five-volts",
        WIRES,
        "{from: D34, to: r.a, colour: yellow}",
        "{from: 5V, to: D34}",
    ),
    Mistake(
        "a pin that the board needs",
        "pin-taken",
        WIRES,
        "{from: D34, to: r.a, colour: yellow}",
        "{from: TX0, to: r.a, colour: yellow}",
    ),
    Mistake(
        "faster than a sensor",
        "too-fast",
        YAML,
        "  - rate_hz: 5\n    duration_s: 20",
        "  - rate_hz: 2000\n    duration_s: 20",
    ),
    Mistake(
        "an expectation of what is not measured",
        "not-measured",
        YAML,
        "    by:\n      esp32:\n        unit: mV\n        range: [0, 3300]\n",
        "    without: [esp32]\n    by:\n      microbit:\n        range: [0, 255]\n",
        at=YAML,
        at_text="    channel: light\n    max",
    ),
    Mistake(
        "a pin that only the program changed",
        "unused-pin",
        "code/esp32/main.py",
        "millivolts(34)",
        "millivolts(35)",
        at=WIRES,
        at_text="from: D34",
        severity="warning",
    ),
    Mistake(
        "a terminal left loose",
        "loose-end",
        WIRES,
        "  - {from: 3V3, to: ldr.leg, colour: red}\n",
        "",
        at=WIRES,
        at_text="id: ldr",
    ),
    # -- what is nobody's business
    Mistake("a phone number", "phone-number", ZH2, "看你的曲线：", "有问题打 138 1234 5678。看你的曲线："),
    Mistake("an ID number", "id-number", ZH2, "看你的曲线：", "11010519491231002X 看你的曲线："),
    Mistake(
        "a pupil's name", "pupil-name", ZH2, "看你的曲线：", "（王小明同学）看你的曲线：", severity="warning"
    ),
    Mistake("a table of names", "pupil-name", "data/class.csv", "", "组,姓名,光线\n1,甲,200\n"),
    Mistake("a photo with its place", "photo-place", "media/photo.jpg", "", photo_with_place()),
    Mistake(
        "a photo with its camera", "photo-data", "media/photo.png", "", png_with_camera(), severity="warning"
    ),
    Mistake("a script in a drawing", "unsafe-svg", "media/setup.svg", "", SCRIPTED, 1),
    Mistake("a voice", "audio", "media/voice.mp3", "", b"ID3"),
    # -- files
    Mistake("GBK", "encoding", ZH2, "", "# 比较\n".encode("gbk")),
    Mistake("UTF-16", "encoding", ZH2, "", "# 比较\n".encode("utf-16")),
    Mistake("an empty file", "empty-file", ZH2, "", b""),
    Mistake("a huge step", "too-big", ZH2, "", "# 比较\n" + "很长的一句话。" * 20_000),
    Mistake("a Chinese file name", "file-name", "media/图.png", "", b"\x89PNG\r\n\x1a\n"),
    Mistake("a program of a computer", "file-name", "code/esp32/start.exe", "", b"MZ"),
    Mistake(
        "a file nobody shows",
        "unused-file",
        "media/old.svg",
        "",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        severity="warning",
    ),
    Mistake(
        "a quiz nobody can pass",
        "quiz",
        "quiz.yaml",
        "      right: true\n",
        "",
        at="quiz.yaml",
        at_text="- id: q1",
    ),
    Mistake(
        "three levels",
        "rubric",
        "rubric.yaml",
        "    - zh: 说出了结论\n      en: States a result\n",
        "",
        at="rubric.yaml",
        at_text="levels:",
    ),
]
