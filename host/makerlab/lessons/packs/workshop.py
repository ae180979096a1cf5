"""The keys of a workshop's members, as a list that the members sign together. Pure.

Whoever trusts a workshop trusts the keys on its list. A list that follows another (a member joined, left, or
lost a key) counts when two members of the list before it signed it: one stolen key changes nothing, and a
lost one is replaced without its owner. Its number only grows, so an old list cannot come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from makerlab.errors import DataError
from makerlab.i18n import N_, _
from makerlab.lessons.packs import canonical, keys
from makerlab.lessons.packs.keys import BadKeyFile, OwnKey, PublicKey

KIND = "makerlab-workshop"
SUFFIX = ".mkeys"
NEEDED = 2
"""Members of the list before who must have signed; one is enough where there was only one."""
MAX_MEMBERS = 200
MAX_FILE_BYTES = 200_000
MAX_NUMBER = 1_000_000
_DOMAIN = b"mkworkshop-v1\n"


class NotAccepted(DataError):
    """A workshop's list that cannot take the place of the one here. facts: `workshop`, `problem`."""

    what = N_("The new list of {workshop} is not taken: {problem}.")
    todo = N_(
        "The keys you had are still there. Ask the workshop for its newest list, signed by two members."
    )


@dataclass(frozen=True)
class KeyList:
    """`signatures` maps members' keys to what they signed; all are right once it was read."""

    workshop: str
    number: int
    members: tuple[PublicKey, ...]
    signatures: Mapping[str, str]

    def member(self, key: str) -> PublicKey | None:
        return next((one for one in self.members if one.key == key), None)

    def signed(self, key: OwnKey) -> KeyList:
        signature = key.sign(self._message())
        return replace(self, signatures={**self.signatures, key.public.key: signature})

    def following(self, members: tuple[PublicKey, ...]) -> KeyList:
        """The next list, signed by nobody yet."""
        return KeyList(self.workshop, self.number + 1, members, {})

    def value(self) -> dict[str, Any]:
        return {
            "kind": KIND,
            "format": keys.FORMAT,
            "workshop": self.workshop,
            "number": self.number,
            "members": [{"name": one.name, "key": one.key} for one in self.members],
            "signatures": dict(sorted(self.signatures.items())),
        }

    def file(self) -> bytes:
        return keys.written(self.value())

    def _message(self) -> bytes:
        value = self.value()
        del value["signatures"]
        return _DOMAIN + canonical.to_bytes(value)

    def _all_right(self) -> bool:
        message = self._message()
        return all(keys.is_signed(key, one, message) for key, one in self.signatures.items())


def is_list(data: bytes) -> bool:
    """Whether a file says that it is a workshop's list."""
    try:
        return keys.values_of(data, "", MAX_FILE_BYTES).get("kind") == KIND
    except BadKeyFile:
        return False


def of_file(data: bytes, path: str) -> KeyList:
    """The list in a file. Raises BadKeyFile; also when one of its signatures is not right."""
    value = keys.values_of(data, path, MAX_FILE_BYTES)
    if value.get("kind") != KIND:
        raise BadKeyFile(path=path, problem=_("there is something else in it"))
    return of_value(value, path)


def of_value(value: Mapping[str, Any], path: str) -> KeyList:
    keys.refuse_newer(value, path)
    damaged = BadKeyFile(path=path, problem=_("it was changed or damaged on the way"))
    members, signatures, number = value.get("members"), value.get("signatures"), value.get("number")
    if (
        not keys.is_name(value.get("workshop"))
        or type(number) is not int
        or not 1 <= number <= MAX_NUMBER
        or not isinstance(members, list)
        or not 1 <= len(members) <= MAX_MEMBERS
        or not isinstance(signatures, dict)
        or not 1 <= len(signatures) <= MAX_MEMBERS
    ):
        raise damaged
    for one in members:
        if not isinstance(one, dict) or one.keys() != {"name", "key"}:
            raise damaged
        if not keys.is_name(one["name"]) or not keys.is_hex(one["key"], keys.KEY_BYTES):
            raise damaged
    for key, signature in signatures.items():
        if not keys.is_hex(key, keys.KEY_BYTES) or not keys.is_hex(signature, keys.SIGNATURE_BYTES):
            raise damaged
    people = tuple(PublicKey(one["key"], one["name"]) for one in members)
    found = KeyList(value["workshop"], number, people, signatures)
    if len({one.key for one in people}) < len(people) or not found._all_right():
        raise damaged
    return found


def accepted(held: KeyList | None, new: KeyList) -> KeyList:
    """What to keep of a workshop: `new`, or `held` with the signatures of both when they are the same list.

    The first list of a workshop (`held` is None) must be signed by one of its own members; whether to believe
    it is for a person to say. Raises NotAccepted.
    """
    if held is None:
        if not any(new.member(key) for key in new.signatures):
            raise NotAccepted(workshop=new.workshop, problem=_("none of its members has signed it"))
        return new
    if replace(held, signatures={}) == replace(new, signatures={}):
        return replace(held, signatures={**held.signatures, **new.signatures})
    if new.number <= held.number:
        problem = _("it is number {new}, and the one here is number {held}")
        raise NotAccepted(workshop=new.workshop, problem=problem.format(new=new.number, held=held.number))
    signers = sum(1 for key in new.signatures if held.member(key))
    needed = min(NEEDED, len(held.members))
    if signers < needed:
        problem = _("{count} members of the list here have signed it, and {needed} must")
        raise NotAccepted(workshop=new.workshop, problem=problem.format(count=signers, needed=needed))
    return new
