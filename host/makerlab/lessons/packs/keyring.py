"""The keys on this computer: one's own, those that are known, and those that are trusted.

data_dir()/keys/own/KEYID.mkey    own keys; they never leave but by keys export --private
data_dir()/keys/keyring.json      keys of others, and the lists of workshops

Nobody else can read own keys: POSIX rights say so, and on Windows the user's folder is closed to others.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from makerlab.errors import DataError, FileProblem, MakerError, system_reason
from makerlab.i18n import N_, _
from makerlab.lessons import disk
from makerlab.lessons.packs import keys, workshop
from makerlab.lessons.packs.keys import BadKeyFile, OwnKey, PublicKey
from makerlab.lessons.packs.workshop import KeyList
from makerlab.paths import data_dir

_Thing = TypeVar("_Thing")

MAX_RING_BYTES = 4_000_000
"""Twenty workshops with 200 members each."""
PRIVATE_FOLDER = 0o700


class NoOwnKey(MakerError):
    what = N_("There is no key of your own on this computer.")
    todo = N_("Make one, once: maker lesson keys new 李老师")


class WhichKey(MakerError):
    what = N_("Several keys can be meant: {names}.")
    todo = N_("Say which one, by its name or by the 16 digits of its fingerprint.")


class NoSuchKey(MakerError):
    what = N_("There is no key {name} on this computer.")
    todo = N_("See which there are: maker lesson keys list. Take in another: maker lesson keys import FILE")


class KeyNameTaken(MakerError):
    what = N_("{name} has a key on this computer already ({fingerprint}).")
    todo = N_("Use it, or take another name. See: maker lesson keys list")


class RingDamaged(DataError):
    what = N_("The keyring {path} was damaged.")
    todo = N_(
        "Your own keys are not in it and are safe. Move that file away, and trust the others' keys again: "
        "maker lesson keys trust FILE"
    )


@dataclass(frozen=True)
class Known:
    """Somebody else's key. `trusted`: packs with its signature are installed without a question."""

    public: PublicKey
    trusted: bool


class Keyring:
    """Every method raises FileProblem when the disk does not let it work, and RingDamaged."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_dir() / "keys"
        self._ring = self.folder / "keyring.json"
        self._own_folder = self.folder / "own"

    # -- one's own ---------------------------------------------------------------------------------------

    def own(self) -> list[OwnKey]:
        """By name. Raises BadKeyFile when one was damaged."""
        try:
            paths = sorted(self._own_folder.glob(f"*{keys.SUFFIX}"))
        except OSError as error:
            raise FileProblem(path=self._own_folder, detail=system_reason(error)) from error
        found = []
        for path in paths:
            key = keys.of_file(disk.read(path, keys.MAX_FILE_BYTES), str(path))
            if not isinstance(key, OwnKey):
                raise BadKeyFile(path=path, problem=_("there is no private key in it"))
            found.append(key)
        return sorted(found, key=lambda key: key.name)

    def own_key(self, name: str = "") -> OwnKey:
        """The one with this name or id; without a name the only one. Raises NoOwnKey, WhichKey, NoSuchKey."""
        own = self.own()
        if not own:
            raise NoOwnKey
        if name:
            return _pick(own, name, lambda key: key.public)
        if len(own) > 1:
            raise WhichKey(names=_(", ").join(key.name for key in own))
        return own[0]

    def make(self, name: str) -> OwnKey:
        """A new key of one's own. Raises BadKeyName, KeyNameTaken."""
        key = keys.new(name, secrets.token_bytes(keys.KEY_BYTES))
        self.keep(key)
        return key

    def keep(self, key: OwnKey) -> None:
        """Take in a key of one's own. Raises KeyNameTaken."""
        for other in self.own():
            if other.name == key.name and other != key:
                raise KeyNameTaken(name=key.name, fingerprint=other.public.fingerprint)
        path = self._own_folder / f"{key.public.id}{keys.SUFFIX}"
        try:
            self._own_folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise FileProblem(path=self._own_folder, detail=system_reason(error)) from error
        disk.write(path, keys.private_file(key), disk.PRIVATE)

    # -- others' -----------------------------------------------------------------------------------------

    def known(self) -> list[Known]:
        return self._read()[0]

    def workshops(self) -> list[KeyList]:
        return self._read()[1]

    def trusted(self) -> dict[str, str]:
        """Every key that is trusted, and whose it is: one's own, those trusted one by one, and the members of
        the workshops here."""
        known, workshops = self._read()
        found: dict[str, str] = {}
        for one in workshops:
            found |= {
                member.key: _("{name} ({workshop})").format(name=member.name, workshop=one.workshop)
                for member in one.members
            }
        found |= {one.public.key: one.public.name for one in known if one.trusted}
        return found | {key.public.key: key.name for key in self.own()}

    def find(self, name: str) -> PublicKey:
        """One's own key, a known one, or a member's, by name, id or fingerprint. Raises as `own_key` does."""
        known, workshops = self._read()
        people = [key.public for key in self.own()] + [one.public for one in known]
        people += [member for one in workshops for member in one.members]
        return _pick(people, name, lambda key: key)

    def add(self, key: PublicKey, trusted: bool) -> None:
        """Know a key. One that is trusted stays so."""
        known, workshops = self._read()
        before = next((one for one in known if one.public.key == key.key), None)
        others = [one for one in known if one is not before]
        self._write([*others, Known(key, trusted or bool(before and before.trusted))], workshops)

    def forget(self, name: str) -> str:
        """Know a key, or a workshop's list, no more; its name. Raises NoSuchKey."""
        known, workshops = self._read()
        for one in workshops:
            if _folded(one.workshop) == _folded(name):
                self._write(known, [other for other in workshops if other is not one])
                return one.workshop
        gone = _pick([one.public for one in known], name, lambda key: key)
        self._write([one for one in known if one.public != gone], workshops)
        return gone.name

    def workshop(self, name: str) -> KeyList | None:
        return next((one for one in self.workshops() if one.workshop == name), None)

    def take_list(self, new: KeyList) -> KeyList:
        """Keep a workshop's list, or the newer of two. Raises NotAccepted."""
        known, workshops = self._read()
        held = next((one for one in workshops if one.workshop == new.workshop), None)
        kept = workshop.accepted(held, new)
        self._write(known, [*(one for one in workshops if one is not held), kept])
        return kept

    # -- the file ----------------------------------------------------------------------------------------

    def _read(self) -> tuple[list[Known], list[KeyList]]:
        if not self._ring.exists():
            return [], []
        data = disk.read(self._ring, MAX_RING_BYTES)
        try:
            value: Any = json.loads(data.decode("utf-8"))
            keys.refuse_newer(value, str(self._ring))
            known = [
                Known(PublicKey(one["key"], one["name"]), one["trusted"] is True) for one in value["keys"]
            ]
            if not all(keys.is_hex(one.public.key, keys.KEY_BYTES) for one in known):
                raise ValueError("no key")
            return known, [workshop.of_value(one, str(self._ring)) for one in value["workshops"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadKeyFile):
            raise RingDamaged(path=self._ring) from None

    def _write(self, known: list[Known], workshops: list[KeyList]) -> None:
        people = sorted(known, key=lambda one: (one.public.name, one.public.key))
        value = {
            "format": keys.FORMAT,
            "keys": [
                {"name": one.public.name, "key": one.public.key, "trusted": one.trusted} for one in people
            ],
            "workshops": [one.value() for one in sorted(workshops, key=lambda one: one.workshop)],
        }
        disk.write(self._ring, keys.written(value))


def _pick(things: Iterable[_Thing], name: str, public: Callable[[_Thing], PublicKey]) -> _Thing:
    """The thing whose key has this name, id or fingerprint. Raises NoSuchKey, WhichKey."""
    wanted = _folded(name)
    found = {
        public(one).key: one
        for one in things
        if wanted in (_folded(public(one).name), public(one).id, _folded(public(one).fingerprint))
    }
    if not found:
        raise NoSuchKey(name=name)
    if len(found) > 1:
        raise WhichKey(names=_(", ").join(f"{public(one).name} {public(one).id}" for one in found.values()))
    return next(iter(found.values()))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().replace(" ", "")
