"""A mistake found in a lesson: where, what it is, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from makerlab.errors import BadFile

Severity = Literal["error", "warning"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning")
"""A lesson with an error does not work for somebody; a warning is for the writer to judge."""


@dataclass(frozen=True)
class Finding:
    """`line` and `column` (in characters) count from 1; `column` is 1 where the whole line is meant.

    `rule` names the rule for programs and tests and never changes its meaning. `what` and `todo` are
    sentences in the user's language.
    """

    file: str
    line: int
    column: int
    severity: Severity
    rule: str
    what: str
    todo: str

    @classmethod
    def of(cls, error: BadFile, rule: str, severity: Severity = "error") -> Finding:
        """What a reader complained of; the rule is the error's own if it has one."""
        facts = error.facts
        return cls(
            str(facts["path"]),
            int(str(facts["line"])),
            int(str(facts.get("column", 1))),
            severity,
            str(facts.get("rule", rule)),
            str(facts["problem"]),
            str(facts["advice"]),
        )

    @property
    def place(self) -> str:
        """As compilers write it, so that editors make a link of it."""
        return f"{self.file}:{self.line}:{self.column}"
