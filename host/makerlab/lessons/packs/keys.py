"""Keys for signing (ed25519), and the small files in which they travel. Pure.

A key has a name that its owner chose; what counts is the key. People compare its fingerprint, read aloud: the
first 16 hexadecimal digits of the public key's SHA-256, in groups of four.

A private key's file has no password: a class computer's teacher would write it on a note beside the screen.
It is protected by the user's account, as an SSH key without a passphrase is.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from makerlab.errors import DataError, MakerError
from makerlab.i18n import N_, _
from makerlab.lessons.plain import plain

FORMAT = "1.0"
PUBLIC_KIND, PRIVATE_KIND = "makerlab-key", "makerlab-private-key"
SUFFIX = ".mkey"
KEY_BYTES, SIGNATURE_BYTES = 32, 64
MAX_NAME_CHARS = 40
MAX_FILE_BYTES = 4_000


class BadKeyFile(DataError):
    what = N_("{path} is no key file: {problem}.")
    todo = N_(
        "A key file is made with maker lesson keys export; get it again from the key's owner. "
        "Nothing was changed."
    )


class BadKeyName(MakerError):
    what = N_("“{name}” cannot be a key's name: {problem}.")
    todo = N_("Take your name as others know it, for example: maker lesson keys new 李老师")


@dataclass(frozen=True)
class PublicKey:
    """Somebody's key: 64 hexadecimal digits, and the name its owner gave it."""

    key: str
    name: str

    @property
    def id(self) -> str:
        return id_of(self.key)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


@dataclass(frozen=True)
class OwnKey:
    """A key that can sign: the private half (64 hexadecimal digits)."""

    private: str
    public: PublicKey

    @property
    def name(self) -> str:
        return self.public.name

    def sign(self, message: bytes) -> str:
        """The signature, 128 hexadecimal digits."""
        signature: bytes = _private(self.private).sign(message)
        return signature.hex()

    def __repr__(self) -> str:
        return f"OwnKey({self.name!r}, {self.public.id})"  # a traceback must not show the private half


def id_of(key: str) -> str:
    """What names a key's signature in a pack."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]


def fingerprint(key: str) -> str:
    """The id as people compare it: 1a2b 3c4d 5e6f 7081."""
    short = id_of(key)
    return " ".join(short[at : at + 4] for at in range(0, len(short), 4))


def new(name: str, seed: bytes) -> OwnKey:
    """The key made of 32 random bytes. Raises BadKeyName."""
    return own(seed.hex(), checked_name(name))


def own(private: str, name: str) -> OwnKey:
    public: bytes = _private(private).public_key().public_bytes_raw()
    return OwnKey(private, PublicKey(public.hex(), name))


def is_signed(key: str, signature: str, message: bytes) -> bool:
    """Whether `signature` is this key's for `message`."""
    # Half a second of import is not spent on a pack without signatures.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def checked_name(text: str) -> str:
    """A name as it is kept. Raises BadKeyName."""
    name = unicodedata.normalize("NFC", text).strip()
    problem = ""
    if not name:
        problem = _("it is empty")
    elif len(name) > MAX_NAME_CHARS:
        problem = _("it has more than {count} characters").format(count=MAX_NAME_CHARS)
    elif not name.isprintable():
        problem = _("there is a character in it that cannot be seen")
    if problem:
        raise BadKeyName(name=plain(name, MAX_NAME_CHARS), problem=problem)
    return name


def is_name(value: object) -> bool:
    """Whether a file's value is a name as `checked_name` gives one."""
    try:
        return isinstance(value, str) and checked_name(value) == value
    except BadKeyName:
        return False


def is_hex(value: object, size: int) -> bool:
    """Whether a file's value is `size` bytes in lower-case hexadecimal."""
    return isinstance(value, str) and len(value) == 2 * size and not set(value) - set("0123456789abcdef")


# -- files -------------------------------------------------------------------------------------------------


def public_file(key: PublicKey) -> bytes:
    return written({"kind": PUBLIC_KIND, "format": FORMAT, "name": key.name, "key": key.key})


def private_file(key: OwnKey) -> bytes:
    return written({"kind": PRIVATE_KIND, "format": FORMAT, "name": key.name, "private": key.private})


def of_file(data: bytes, path: str) -> PublicKey | OwnKey:
    """The key in a file. Raises BadKeyFile."""
    value = values_of(data, path)
    kind = value.get("kind")
    if kind not in (PUBLIC_KIND, PRIVATE_KIND):
        raise BadKeyFile(path=path, problem=_("there is something else in it"))
    refuse_newer(value, path)
    field = "key" if kind == PUBLIC_KIND else "private"
    if not is_name(value.get("name")) or not is_hex(value.get(field), KEY_BYTES):
        raise BadKeyFile(path=path, problem=_("its name or its key is damaged"))
    if kind == PRIVATE_KIND:
        return own(value["private"], value["name"])
    return PublicKey(value["key"], value["name"])


def written(value: Mapping[str, Any]) -> bytes:
    """A file for people to look into."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def values_of(data: bytes, path: str, limit: int = MAX_FILE_BYTES) -> dict[str, Any]:
    """The JSON mapping in a file. Raises BadKeyFile."""
    if len(data) <= limit:
        try:
            value = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return value
    raise BadKeyFile(path=path, problem=_("there is something else in it"))


def refuse_newer(value: Mapping[str, Any], path: str) -> None:
    if value.get("format") != FORMAT:
        raise BadKeyFile(path=path, problem=_("a newer makerlab made it; install the newest one"))


def _private(private: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
