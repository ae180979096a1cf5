"""Nothing of a child's in a file that others get: phone and ID numbers, names, accounts.

Our pupils are under 14: without their parents' consent nobody may pass on anything that tells who they are
(儿童个人信息网络保护规定, in force since 2019-10-01). Numbers are tested for what they claim to be, so that a
column of measured values is not taken for telephones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from makerlab.i18n import _
from makerlab.lessons.check.source import Source
from makerlab.lessons.finding import Finding, Severity

_PHONE = re.compile(r"(?<![\w.+-])(?:(?:\+|00)86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w.-]*\d)")
"""A Chinese mobile number: eleven digits from 13 to 19, often in groups."""
_ID = re.compile(r"(?<![\w.])[1-9]\d{16}[\dXx](?![\w])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
"""Of an ID number: GB 11643-1999."""
_MAIL = re.compile(r"(?<![\w.])[\w.+-]{2,}@[\w-]+\.[\w.-]*\w")
_ACCOUNT = re.compile(r"(QQ|微信|WeChat)\s*(号|群|id)?\s*[:：]?\s*[A-Za-z0-9_-]{6,}", re.IGNORECASE)

_SURNAMES = (
    "王李张刘陈杨赵黄吴徐孙朱胡郭林罗郑梁谢宋唐邓韩冯曹彭萧蔡潘袁董田杜叶魏苏吕丁沈任姚卢姜崔谭廖范汪贾韦邹"
    "孟熊秦邱江尹薛闫侯龙史陶黎贺顾毛郝龚邵钱覃武戴莫孔汤"
)
"""The commonest of those that seldom begin an everyday word."""
_SURNAME = f"(?:欧阳|司马|上官|诸葛|慕容|[{_SURNAMES}])"
_NOT_NAMES = (
    "任何",
    "任意",
    "毛巾",
    "江河",
    "田里",
    "林间",
    "叶子",
    "江苏",
    "龙头",
    "范围",
    "史上",
    "任务",
    "王国",
)
_PUPIL = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=[请让和由给跟对与是叫])){_SURNAME}[\u4e00-\u9fff]{{1,2}}(?:同学|小朋友)"
)
_PUPIL_BEHIND = re.compile(
    rf"(?:同学|学生|姓名|组长|组员)\s*[:：]\s*{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
)
_NAME_COLUMN = re.compile(r"^\s*(姓名|学号|学生姓名|name|student|pupil|student name)\s*$", re.IGNORECASE)

SCANNED = (".md", ".yaml", ".csv", ".json", ".py", ".txt", ".svg")


def personal(source: Source) -> Iterator[Finding]:
    """Line by line through every text file."""
    for path, text in source.texts.items():
        if path.endswith(SCANNED):
            for number, line in enumerate(text.split("\n"), 1):
                yield from _in_line(path, number, line)
            if path.endswith(".csv"):
                yield from _columns(path, text)


def _in_line(path: str, number: int, line: str) -> Iterator[Finding]:
    for found in _PHONE.finditer(line):
        yield _finding(
            path, number, found.start(), "error", "phone-number",
            _("This looks like a mobile phone number: {text}").format(text=_hidden(found[0])),
            _("Delete it. Lessons travel further than one thinks."),
        )  # fmt: skip
    for found in _ID.finditer(line):
        if is_id_number(found[0]):
            yield _finding(
                path, number, found.start(), "error", "id-number",
                _("This looks like an identity card number: {text}").format(text=_hidden(found[0])),
                _("Delete it. Lessons travel further than one thinks."),
            )  # fmt: skip
    for pattern in (_MAIL, _ACCOUNT):
        for found in pattern.finditer(line):
            yield _finding(
                path, number, found.start(), "warning", "account",
                _("This looks like somebody's address or account: {text}").format(text=_hidden(found[0])),
                _("Keep it only if it is a school's or a publisher's, and they agree."),
            )  # fmt: skip
    for pattern in (_PUPIL, _PUPIL_BEHIND):
        for found in pattern.finditer(line):
            name = re.sub(r"^.*[:：]\s*", "", found[0])
            if not name.startswith(_NOT_NAMES):
                yield _finding(
                    path, number, found.start(), "warning", "pupil-name",
                    _("Is this a pupil's name: {text}?").format(text=found[0]),
                    _("Write “group 3” or “a pupil” instead; made-up names such as 小明 may stay."),
                )  # fmt: skip


def _columns(path: str, text: str) -> Iterator[Finding]:
    header = text.split("\n", 1)[0]
    column = 0
    for cell in header.split(","):
        if _NAME_COLUMN.match(cell.strip('"')):
            yield _finding(
                path, 1, column, "error", "pupil-name",
                _("This table has a column for names or pupil numbers: {text}").format(text=cell.strip()),
                _("Delete the column, or number the groups instead."),
            )  # fmt: skip
        column += len(cell) + 1


def _finding(
    path: str, line: int, offset: int, severity: Severity, rule: str, what: str, todo: str
) -> Finding:
    return Finding(path, line, offset + 1, severity, rule, what, todo)


def _hidden(text: str) -> str:
    """Enough to find it, not enough to use it: a list of findings is passed on too."""
    return text[:3] + "…" + text[-2:]


def is_id_number(text: str) -> bool:
    """Whether 18 characters are a Chinese identity card number: birthday and check digit are right."""
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return 1900 <= born.year <= 2099 and _CHECKS[total % 11] == text[17].upper()
