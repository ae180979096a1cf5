"""Markdown of a lesson: CommonMark and tables, without HTML, with blocks such as `:::task walk`.

`parse` gives a Document: a tree of blocks (`Container`, `Code`, `Prose`) with the lines they stand in, and
what is wrong with its form. `html` makes HTML of prose. Nothing in a stranger's text reaches the page as
markup: HTML is text, a link goes to http or https only, a picture is a file of the lesson.

    :::task walk                        a block: its name, what it is about, and options as key=value
    Text, *also* with Markdown.
    :::

    ::::home                            more colons outside, for a block in a block
    :::hint
    :::
    ::::

    ```python file=code/esp32/main.py lines=measure
    ```                                 pulled from between `# region measure` and `# endregion`

A translation's first line is `<!-- src: 0123456789ab -->`: which state of the original it was made from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from makerlab.i18n import _
from makerlab.yamlfile import meant

DIGEST_CHARS = 12
"""Of the SHA-256 of the original, in the first line of a translation."""
MAX_LEVEL = 20
"""Blocks in blocks; markdown-it stops there too, and so do readers."""

Argument = Literal["none", "task", "safety", "expect", "quiz", "board"]
"""What the word behind a block's name is: the id of such a thing."""


class Kind(NamedTuple):
    argument: Argument = "none"
    options: tuple[str, ...] = ()


CONTAINERS: Mapping[str, Kind] = {
    "task": Kind("task"),
    "predict": Kind(),
    "record": Kind(options=("table",)),
    "hint": Kind(),
    "safety": Kind("safety"),
    "teacher": Kind(),  # in the teacher's view only
    "pupil": Kind(),  # in the pupil's view only
    "home": Kind(),
    "expect": Kind("expect"),
    "quiz": Kind("quiz"),
    "reflect": Kind(),
    "board": Kind("board"),  # for one target, or one board of it
    "print": Kind(),  # on paper only
    "screen": Kind(),  # on a screen only
}
"""Every block by its name."""

_SOURCE = re.compile(r"<!--\s*src:\s*([0-9a-f]{12})\s*-->")
_MARK = re.compile(r" {0,3}(:{3,})(.*)")
_WIDE_MARK = re.compile(r"\s*[:：]*：[:：]*\s*(\w+)?")
_TAG = re.compile(r"<!--|</?[a-zA-Z][a-zA-Z0-9-]*(\s[^<>]*)?/?>")


@dataclass(frozen=True)
class Problem:
    """Something wrong with the form of a text; `line` and `column` from 1, `what` and `todo` translated."""

    line: int
    column: int
    rule: str
    what: str
    todo: str


@dataclass(frozen=True)
class Prose:
    """Headings, paragraphs, lists, tables, pictures: what `html` makes HTML of."""

    line: int
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Code:
    """A program, or a part of one, that is pulled out of `file` (regions.excerpt); `region` "" is all."""

    line: int
    language: str
    file: str
    region: str


@dataclass(frozen=True)
class Container:
    """A block. `argument` is the id behind its name, "" for none."""

    line: int
    name: str
    argument: str
    options: Mapping[str, str]
    children: tuple[Block, ...]


Block = Prose | Code | Container


@dataclass(frozen=True)
class Link:
    line: int
    column: int
    address: str


@dataclass(frozen=True)
class Picture:
    line: int
    column: int
    file: str
    alt: str


@dataclass(frozen=True)
class Heading:
    line: int
    level: int
    text: str


@dataclass(frozen=True)
class Document:
    """`source` is the digest in a translation's first line, "" for none."""

    blocks: tuple[Block, ...]
    source: str = ""
    problems: tuple[Problem, ...] = ()
    headings: tuple[Heading, ...] = ()
    pictures: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()
    pasted: tuple[tuple[int, int], ...] = ()
    """Programs that were not pulled from a file: the line where each begins, and how many lines it has."""

    def all(self) -> Iterator[Block]:
        """Every block, also those in blocks, in order."""
        waiting = list(self.blocks)[::-1]
        while waiting:
            block = waiting.pop()
            yield block
            if isinstance(block, Container):
                waiting += block.children[::-1]

    def containers(self, name: str = "") -> list[Container]:
        """All blocks of one name, or of every name."""
        return [one for one in self.all() if isinstance(one, Container) and name in ("", one.name)]

    @property
    def codes(self) -> list[Code]:
        return [one for one in self.all() if isinstance(one, Code)]

    @property
    def title(self) -> str:
        """Its first heading, "" for none."""
        return self.headings[0].text if self.headings else ""


def digest(source: str) -> str:
    """What stands in the first line of a translation made from this text (line ends and the space at the end
    do not count)."""
    lines = [line.rstrip() for line in source.replace("\r\n", "\n").strip().split("\n")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGEST_CHARS]


def parse(text: str) -> Document:
    """Read a Markdown file. Never raises: what is wrong is in `problems`."""
    lines = text.split("\n")
    first = _SOURCE.fullmatch(lines[0].strip())
    if first:
        lines = ["", *lines[1:]]
    return _Reader(lines, first[1] if first else "").read()


def safe_address(address: str) -> bool:
    """Whether a link may go there."""
    return re.match(r"https?://[^\s]", address, re.IGNORECASE) is not None


Pictured = Callable[[str], str]
"""From a picture's file in the lesson to the address a page shows it at; "" leaves the picture out."""


def html(prose: Prose, pictured: Pictured, shift: int = 0) -> str:
    """HTML of prose; `shift` makes headings so much smaller (1: `#` becomes h2)."""
    env = {"pictured": pictured, "shift": shift}
    made: str = _parser().renderer.render(list(prose.tokens), _parser().options, env)
    return made


# -- parsing -----------------------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_LEVEL}).enable(["table", "strikethrough"])
    # Every address is parsed, so that `check` sees it; what may not be is not rendered.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    container_plugin(md, "block", validate=lambda params, _markup: bool(params.strip()))
    md.add_render_rule("link_open", _link_open)
    md.add_render_rule("link_close", _link_close)
    md.add_render_rule("image", _image)
    md.add_render_rule("heading_open", _heading)
    md.add_render_rule("heading_close", _heading)
    return md


class _Reader:
    """Turns the tokens of one text into blocks."""

    def __init__(self, lines: list[str], source: str) -> None:
        self._lines = lines
        self._source = source
        self._problems: list[Problem] = []
        self._headings: list[Heading] = []
        self._pictures: list[Picture] = []
        self._links: list[Link] = []
        self._pasted: list[tuple[int, int]] = []
        self._level = 0
        self._after: dict[tuple[int, str], tuple[int, int]] = {}

    def read(self) -> Document:
        tokens = _parser().parse("\n".join(self._lines))
        blocks, _end = self._blocks(tokens, 0)
        self._stray_marks(tokens)
        return Document(
            tuple(blocks),
            self._source,
            tuple(sorted(self._problems, key=lambda one: (one.line, one.column))),
            tuple(self._headings),
            tuple(self._pictures),
            tuple(self._links),
            tuple(self._pasted),
        )

    def _problem(self, line: int, column: int, rule: str, what: str, todo: str) -> None:
        self._problems.append(Problem(line, column, rule, what, todo))

    def _blocks(self, tokens: Sequence[Token], start: int) -> tuple[list[Block], int]:
        """The blocks from `start` up to the end of the container they are in, and where that is."""
        blocks: list[Block] = []
        prose: list[Token] = []
        depth = 0  # of lists, quotes and tables, in which a container cannot stand
        index = start
        while index < len(tokens):
            token = tokens[index]
            self._look_at(token)
            if token.type == "container_block_close":
                break
            if token.type == "container_block_open" and depth:
                self._problem(
                    _line(token), 1, "block-in-list",
                    _("A block (“:::”) cannot stand in a list or a quotation."),
                    _("Begin its line without spaces, after an empty line."),
                )  # fmt: skip
            if token.type == "container_block_open":
                _flush(prose, blocks)
                inner, index = self._blocks(tokens, index + 1)
                blocks.append(self._container(token, inner))
            elif token.type == "fence" and (code := self._code(token, depth > 0)) is not None:
                _flush(prose, blocks)
                blocks.append(code)
            else:
                depth += token.nesting
                prose.append(token)
            index += 1
        _flush(prose, blocks)
        return blocks, index

    def _container(self, token: Token, inner: list[Block]) -> Container:
        name, _space, rest = token.info.strip().partition(" ")
        line = _line(token)
        words = rest.split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        arguments = [word for word in words if "=" not in word]
        kind = CONTAINERS.get(name)
        column = self._lines[line - 1].find(name) + 1
        if kind is None:
            self._problem(
                line, column, "unknown-block",
                _("There is no block “:::{name}”.").format(name=name), meant(name, CONTAINERS),
            )  # fmt: skip
        elif len(arguments) != (kind.argument != "none") or not options.keys() <= set(kind.options):
            example = {"none": f":::{name}", "safety": ":::safety hot-water", "board": ":::board esp32"}.get(
                kind.argument, f":::{name} {kind.argument}-1"
            )
            self._problem(
                line, column, "block-argument",
                _("“:::{name}” is not written so.").format(name=name),
                _("Write it so: {example}").format(example=example),
            )  # fmt: skip
        assert token.map is not None
        end = token.map[1]
        mark = _MARK.match(self._lines[end]) if end < len(self._lines) else None
        if mark is None or mark[2].strip() or len(mark[1]) < len(token.markup):
            self._problem(
                line, column, "block-not-closed",
                _("This block has no end."),
                _("Put a line “{mark}” behind it.").format(mark=token.markup),
            )  # fmt: skip
        return Container(line, name, arguments[0] if arguments else "", options, tuple(inner))

    def _code(self, token: Token, in_list: bool) -> Code | None:
        language, _space, rest = token.info.strip().partition(" ")
        options = dict(word.split("=", 1) for word in rest.split() if "=" in word)
        if "file" not in options:
            if language in ("python", "py"):
                self._pasted.append((_line(token), token.content.count("\n")))
            return None
        if token.content.strip() or not options.keys() <= {"file", "lines"}:
            self._problem(
                _line(token), 1, "pulled-code",
                _("Code that is pulled from a file has nothing in it here, only “file=” and “lines=”."),
                _("Write it so: {example}").format(example="```python file=code/esp32/main.py lines=measure"),
            )  # fmt: skip
        if in_list:
            self._problem(
                _line(token), 1, "block-in-list",
                _("Code that is pulled from a file cannot stand in a list or a quotation."),
                _("Begin its line without spaces, after an empty line."),
            )  # fmt: skip
            return None
        return Code(_line(token), language, options["file"], options.get("lines", ""))

    # -- what stands in prose --------------------------------------------------------------------------

    def _look_at(self, token: Token) -> None:
        if token.type == "heading_open":
            self._level = int(token.tag[1:])
        if token.type != "inline" or not token.map:
            return
        start, end = token.map
        if self._level:
            self._headings.append(Heading(start + 1, self._level, token.content))
            self._level = 0
        for child in token.children or []:
            if child.type == "image":
                self._picture(child, start, end)
            elif child.type == "link_open":
                address = str(child.attrGet("href") or "")
                line_number, column = self._place(start, end, address)
                self._links.append(Link(line_number, column, address))
            elif child.type in ("text", "html_inline"):
                for tag in _TAG.finditer(child.content):
                    line_number, column = self._place(start, end, tag[0])
                    self._problem(
                        line_number, column, "raw-html",
                        _("HTML is shown as text: {tag}").format(tag=tag[0]),
                        _("Leave it out, or put `…` around it if the signs themselves are meant."),
                    )  # fmt: skip

    def _picture(self, token: Token, start: int, end: int) -> None:
        file = str(token.attrGet("src") or "")
        line, column = self._place(start, end, "![")
        alt = "".join(child.content for child in token.children or [])
        self._pictures.append(Picture(line, column, file, alt.strip()))

    def _place(self, start: int, end: int, text: str) -> tuple[int, int]:
        """Where `text` stands within the lines from `start` up to `end`: the next time at each call."""
        first, offset = self._after.get((start, text), (start, 0))
        for index in range(first, min(end, len(self._lines))):
            column = self._lines[index].find(text, offset)
            if column >= 0:
                self._after[start, text] = (index, column + max(1, len(text)))
                return index + 1, column + 1
            offset = 0
        return start + 1, 1

    def _stray_marks(self, tokens: Sequence[Token]) -> None:
        """Marks of blocks that are none: with full-width colons, or an end without a beginning."""
        for token in tokens:
            if token.type != "inline" or not token.map:
                continue
            for index in range(token.map[0], min(token.map[1], len(self._lines))):
                line = self._lines[index]
                wide = _WIDE_MARK.match(line)
                if wide and "：" in wide[0] and len(wide[0].split()[0].rstrip(wide[1] or "")) >= 2:
                    if wide[1] in CONTAINERS or not line.strip("：: "):
                        self._problem(
                            index + 1, line.index("：") + 1, "full-width-colon",
                            _("This line has full-width colons (：), so it begins no block."),
                            _("Write “{mark}” with half-width colons.").format(mark=f":::{wide[1] or ''}"),
                        )  # fmt: skip
                elif _MARK.fullmatch(line):
                    self._problem(
                        index + 1, 1, "block-not-open",
                        _("This line ends a block, and none is open."),
                        _("Delete it, or put an empty line before the line that begins the block."),
                    )  # fmt: skip


def _flush(prose: list[Token], blocks: list[Block]) -> None:
    if prose:
        blocks.append(Prose(_line(prose[0]), tuple(prose)))
        prose.clear()


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


# -- rendering ---------------------------------------------------------------------------------------------

_Env = Mapping[str, Any]


def _link_open(_self: object, tokens: Sequence[Token], index: int, _options: object, _env: _Env) -> str:
    address = str(tokens[index].attrGet("href") or "")
    if not safe_address(address):
        return "<span>"
    return f'<a href="{escapeHtml(address)}" rel="noopener noreferrer">'


def _link_close(_self: object, tokens: Sequence[Token], index: int, _options: object, _env: _Env) -> str:
    depth = 0
    for token in tokens[index::-1]:  # links do not nest, so the nearest one is its own
        depth += token.type == "link_open"
        if depth:
            return "</a>" if safe_address(str(token.attrGet("href") or "")) else "</span>"
    return ""


def _image(_self: object, tokens: Sequence[Token], index: int, _options: object, env: _Env) -> str:
    token = tokens[index]
    alt = "".join(child.content for child in token.children or [])
    address = env["pictured"](str(token.attrGet("src") or ""))
    return f'<img src="{escapeHtml(address)}" alt="{escapeHtml(alt)}">' if address else ""


def _heading(_self: object, tokens: Sequence[Token], index: int, _options: object, env: _Env) -> str:
    token = tokens[index]
    tag = f"h{min(6, int(token.tag[1:]) + env['shift'])}"
    return f"<{tag}>" if token.nesting == 1 else f"</{tag}>\n"
