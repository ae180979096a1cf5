"""Who stands for a pack. Pure.

A signature is a statement in META/sig/<key id>.json: this pack (its digest), signed by this key, whose owner
calls themselves so, in this role, then; and on which boards its programs passed their test, where the signer
tested them. All of it is signed, so nothing in the file can be changed; that is why one signature is enough.
It proves who, not how good a lesson is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from makerlab.i18n import N_
from makerlab.lessons.packs import canonical, keys
from makerlab.lessons.packs.keys import OwnKey, PublicKey
from makerlab.lessons.packs.pack import Pack

Role = Literal["author", "reviewer", "school"]
ROLES: tuple[Role, ...] = ("author", "reviewer", "school")
State = Literal["trusted", "unknown", "unsigned", "damaged"]
STATES: dict[State, str] = {
    "trusted": N_("trusted"),
    "unknown": N_("unknown signature"),
    "unsigned": N_("not signed"),
    "damaged": N_("damaged"),
}
"""In words, for `_`."""

_DOMAIN = b"mklesson-v1\n"
"""Before every signed statement, so that no signature made for something else fits."""
_FIELDS = {"alg", "digest", "key", "name", "role", "sig", "tested", "when"}
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+-]{0,59}")
_WHEN = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")


class Passed(NamedTuple):
    """A target of the lesson whose program passed `maker lesson test` on a virtual board of the kind `board`,
    with the program `tool` ("makerlab 0.1.0")."""

    target: str
    board: str
    tool: str


@dataclass(frozen=True)
class Signature:
    """What a statement says, and whether its signature is right. `when` is in UTC, by the signer's clock."""

    signer: PublicKey
    role: Role
    when: str
    tested: tuple[Passed, ...]
    right: bool


def sign(pack: Pack, key: OwnKey, role: Role, when: str, tested: Iterable[Passed] = ()) -> Pack:
    """The pack with this key's signature. `when`: 2026-11-24T08:30:00Z."""
    statement = {
        "alg": "ed25519",
        "digest": pack.digest,
        "key": key.public.key,
        "name": key.name,
        "role": role,
        "tested": [one._asdict() for one in sorted(set(tested))],
        "when": when,
    }
    signed = {**statement, "sig": key.sign(_DOMAIN + canonical.to_bytes(statement))}
    return pack.with_signature(key.public.id, canonical.to_bytes(signed))


def signatures(pack: Pack) -> list[Signature] | None:
    """Who signed a pack, in the order of their key ids; None when a statement in it is no statement."""
    found = [_of_file(pack, key_id, content) for key_id, content in sorted(pack.signatures.items())]
    return [one for one in found if one] if all(found) else None


def state(pack: Pack, trusted: Mapping[str, str]) -> State:
    """How a pack stands with somebody who trusts these keys (64 hexadecimal digits each).

    One signature that is not right makes a pack damaged, whoever else signed it.
    """
    found = signatures(pack)
    if found is None or not all(one.right for one in found):
        return "damaged"
    if not found:
        return "unsigned"
    return "trusted" if any(one.signer.key in trusted for one in found) else "unknown"


def _of_file(pack: Pack, key_id: str, content: bytes) -> Signature | None:
    try:
        value: Any = canonical.from_bytes(content)
    except ValueError:
        return None
    if not isinstance(value, dict) or value.keys() != _FIELDS:
        return None
    key, sig, when = value["key"], value["sig"], value["when"]
    sound = (
        value["alg"] == "ed25519"
        and keys.is_hex(key, keys.KEY_BYTES)
        and keys.is_hex(sig, keys.SIGNATURE_BYTES)
        and keys.is_name(value["name"])
        and value["role"] in ROLES
        and isinstance(when, str)
        and _WHEN.fullmatch(when)
        and _are_tested(value["tested"])
    )
    if not sound or keys.id_of(key) != key_id:
        return None
    statement = {name: one for name, one in value.items() if name != "sig"}
    right = value["digest"] == pack.digest and keys.is_signed(
        key, sig, _DOMAIN + canonical.to_bytes(statement)
    )
    tested = tuple(Passed(**one) for one in value["tested"])
    return Signature(PublicKey(key, value["name"]), value["role"], when, tested, right)


def _are_tested(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and one.keys() == set(Passed._fields)
        and all(isinstance(text, str) and _WORD.fullmatch(text) for text in one.values())
        for one in value
    )
