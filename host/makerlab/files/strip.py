"""Make a program small for a small board without moving a line: a traceback still names the source's lines.

Comments and docstrings go, indentation shrinks to one space a level, and on demand so does the space between
words and signs. What is removed leaves an empty line (one byte of the board's flash, none of its RAM), so
every line keeps its number; names stay as they are.
"""

from __future__ import annotations

import ast
import io
import tokenize

from makerlab.syntax import parse

# Since Python 3.12 the pieces of an f-string are tokens; blanks in it may be text.
_F_STRING = {"FSTRING_START": 1, "FSTRING_END": -1, "TSTRING_START": 1, "TSTRING_END": -1}
_NO_TEXT = {tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER}


def strip(source: str, *, minify: bool = False) -> str:
    """`source` without comments and docstrings: the same program to Python, line by line. With `minify` also
    without spaces that only people need.

    A source that Python cannot read is returned as it is: the board will say what is wrong with it and
    where, which a half-stripped text would spoil.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        docstrings = _docstrings(parse(source))
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return source
    lines = source.split("\n")
    cuts: list[tuple[int, int, int, str]] = []  # line index, from column, to column, put in instead
    depth, statement_begins, begun_rows = 0, True, set()
    before: tokenize.TokenInfo | None = None  # the last token with text
    in_f_string = 0
    for token in tokens:
        (row, column), (end_row, end_column) = token.start, token.end
        depth += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
        if token.type == tokenize.NEWLINE:
            statement_begins = True
        if token.type in _NO_TEXT:
            continue
        begins_row = row not in begun_rows and not lines[row - 1][:column].strip()
        begun_rows.add(row)
        if token.type == tokenize.COMMENT:
            kept = len(lines[row - 1][:column].rstrip())
            cuts.append((row - 1, kept, len(lines[row - 1]), ""))
        elif begins_row:
            cuts.append((row - 1, 0, column, " " * depth if statement_begins else ""))
        if token.type == tokenize.COMMENT:
            continue
        if minify and before and before.end[0] == row and not in_f_string:
            cuts.append((row - 1, before.end[1], column, " " if _parts(before.string, token.string) else ""))
        in_f_string += _F_STRING.get(tokenize.tok_name[token.type], 0)
        before = token
        if token.type == tokenize.STRING and statement_begins and row in docstrings:
            if row == end_row:
                cuts.append((row - 1, column, end_column, docstrings[row]))
            else:
                cuts.append((row - 1, column, len(lines[row - 1]), docstrings[row]))
                cuts.append((end_row - 1, 0, end_column, ""))
                cuts.extend((index, 0, len(lines[index]), "") for index in range(row, end_row - 1))
        statement_begins = False
    for index, start, end, text in sorted(cuts, reverse=True):
        line = lines[index][:start] + text + lines[index][end:]
        lines[index] = line if line.strip() else ""
    return "\n".join(lines).rstrip("\n") + "\n"


def _parts(left: str, right: str) -> bool:
    """Whether two neighbouring tokens need a space between them to stay two."""
    if right[0].isalnum() or right[0] == "_" or right[0] > "~":
        return left[-1].isalnum() or left[-1] == "_" or left[-1] > "~"
    return left[-1].isdigit() and right[0] == "."  # 1 .real


def _docstrings(tree: ast.Module) -> dict[int, str]:
    """The first line of each docstring that can go, and what takes its place ("0" where it is all there
    is in its block). Only those that have their lines to themselves."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        first = node.body[0] if node.body else None
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
            continue
        if not isinstance(first.value.value, str):
            continue
        shares_a_line = len(node.body) > 1 and node.body[1].lineno <= (first.end_lineno or first.lineno)
        if not shares_a_line and first.lineno != getattr(node, "lineno", 0):
            found[first.lineno] = "" if len(node.body) > 1 or isinstance(node, ast.Module) else "0"
    return found
