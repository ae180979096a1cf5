"""What a new lesson can measure: template/kinds.yaml, which says what the fields mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from makerlab.i18n import pick
from makerlab.lessons.model import Text
from makerlab.sensors import GROUND, POWER
from makerlab.yamlfile import Entry, read

UNPLUGGED = "nothing"
"""Instead of a kind: a lesson without boards."""


@dataclass(frozen=True)
class On:
    """A kind of measurement on one family of boards."""

    sensor: str
    quantity: str
    range: str
    resistor: str = ""
    wire: str = ""
    """What of a scene is at the sensor's signal pin, where that has to be said."""


@dataclass(frozen=True)
class Kind:
    """One of template/kinds.yaml, which says what the fields are."""

    key: str
    name: Text
    question: Text
    before: Text
    change: Text
    say: Text
    home: Text
    scheme: str
    code: str
    safety: str
    hertz: float
    seconds: int
    good: Mapping[str, str]
    bad: Mapping[str, str]
    expect: str
    on: Mapping[str, On]

    @property
    def shown_name(self) -> str:
        return pick(dict(self.name))


@cache
def kinds() -> Mapping[str, Kind]:
    """What a new lesson can measure."""
    file = "template/kinds.yaml"
    top = read(template_text("kinds.yaml"), file).fields(("kinds",))["kinds"]
    return {key: _kind(key, entry) for key, entry in top.items().items()}


@cache
def template_text(file: str) -> str:
    """A file of template/."""
    return (resources.files("makerlab.lessons") / "template" / file).read_text(encoding="utf-8")


def _kind(key: str, entry: Entry) -> Kind:
    texts = ("name", "question", "before", "change", "say", "home")
    rest = ("alignment", "safety", "hertz", "seconds", "good", "bad", "expect", "on")
    fields = entry.fields((*texts, *rest))
    alignment = fields["alignment"].fields(("scheme", "code"))
    return Kind(
        key=key,
        **{name: fields[name].texts() for name in texts},
        scheme=alignment["scheme"].text(),
        code=alignment["code"].text(),
        safety=fields["safety"].text(),
        hertz=fields["hertz"].number(0.01, 1000),
        seconds=fields["seconds"].integer(1, 10_000),
        good={name: curve.text() for name, curve in fields["good"].items().items()},
        bad={name: curve.text() for name, curve in fields["bad"].items().items()},
        expect=fields["expect"].choice(("falls", "rises", "swings")),
        on={family: _on(one) for family, one in fields["on"].items().items()},
    )


def _on(entry: Entry) -> On:
    fields = entry.fields(("sensor", "quantity", "range"), ("resistor", "wire"))
    return On(
        fields["sensor"].text(),
        fields["quantity"].text(),
        fields["range"].text(),
        fields["resistor"].choice((POWER, GROUND)) if "resistor" in fields else "",
        fields["wire"].text() if "wire" in fields else "",
    )
