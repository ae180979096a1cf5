"""A lesson as small as one can be, for tests of packs; each test says what is other in its own."""

from __future__ import annotations

YAML = """\
format: "1.0"
id: {id}
version: {version}
status: draft
languages: [zh, en]
title:
  zh: {zh}
  en: {en}
summary:
  zh: 用光敏传感器测出距离和亮度的关系
  en: Measure how brightness falls with distance
license: {license}
code_license: MIT
authors:
  - name:
      zh: 李老师
      en: Li
    role: author
{derived}grades: [{grades}]
minutes: {minutes}
periods: 1
keywords:
  - zh: 亮度
    en: brightness
alignment:
  - scheme: cn-sci-2022
    code: "3.3"
pbl:
  driving_question:
    zh: 书桌的灯放多远合适？
    en: How far away should a desk lamp stand?
  product:
    zh: 一张图
    en: A chart
objectives:
  - id: see
    text:
      zh: 看图说出规律
      en: Read a rule from a chart
targets:
  - id: all
    boards: [{boards}]
    main: code/all/main.py
materials: []
safety: []
tasks:
  - id: t1
    step: measure
    kind: required
    title:
      zh: 测量
      en: Measure
steps:
  - id: measure
    file: 1-measure.md
    title:
      zh: 测量
      en: Measure
    minutes: {minutes}
home: none
"""


def lesson_files(
    id: str = "cn.test/lamp-distance",
    version: str = "1.0.0",
    zh: str = "灯离得越远，光变暗多少？",
    en: str = "How does light fade?",
    license: str = "CC-BY-SA-4.0",
    grades: str = "5, 6",
    minutes: int = 40,
    boards: str = "esp32, microbit-v2",
    derived: str = "",
    **others: bytes,
) -> dict[str, bytes]:
    """The files of a lesson; `others` are more files, by name with __ for / and _dot_ for a dot."""
    text = YAML.format(
        id=id, version=version, zh=zh, en=en, license=license, grades=grades, minutes=minutes,
        boards=boards, derived=derived,
    )  # fmt: skip
    files = {
        "lesson.yaml": text.encode(),
        "code/all/main.py": b"print(1)\n",
        "steps/zh/1-measure.md": "# 测量\n\n:::task t1\n把灯移远。\n:::\n".encode(),
        "steps/en/1-measure.md": b"# Measure\n\n:::task t1\nMove the lamp.\n:::\n",
        "media/lamp.png": b"\x89PNG\r\n\x1a\n0000",
    }
    return files | {
        name.replace("__", "/").replace("_dot_", "."): content for name, content in others.items()
    }
