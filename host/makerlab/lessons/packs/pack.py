"""A lesson in one file (.mkl): built from the files of its folder, read strictly. Pure.

    META/manifest.json           what is in it (manifest.py)
    META/sig/<key id>.json       signatures (signature.py); they never change the manifest
    lesson.yaml, steps/...       the files, in the order of their names' bytes

A pack is a stranger's file. Reading one means building it anew from what was found in it: unless every byte
is the same, it is refused, and nothing of it is used. The checks before that only give the reason a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from makerlab import yamlfile
from makerlab.errors import BadFile, DataError
from makerlab.i18n import N_, _
from makerlab.lessons.limits import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from makerlab.lessons.model import LESSON_FILE, LESSON_ID, VERSION
from makerlab.lessons.packs import archive, manifest, member_names
from makerlab.lessons.packs.manifest import Manifest
from makerlab.lessons.plain import plain

MANIFEST = "META/manifest.json"
SIGNATURES = "META/sig/"

MAX_SIGNATURES = 20
MAX_SIGNATURE_BYTES = 8_000
MAX_PACK_BYTES = MAX_BYTES + 500_000
"""As a file, with directory, manifest and signatures: 250 bytes a file at most."""
MAX_WORD_CHARS = 80
"""Of an id or a version: both stand in the names of files."""
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_BOM = "\ufeff"


class BadPack(DataError):
    """facts: `path`, `problem` (translated)."""

    what = N_("{path} is no lesson pack that can be used: {problem}.")
    todo = N_("Nothing of it was used. Get the file again, straight from whoever made it.")


class NewerPack(BadPack):
    what = N_("{path} was made by a newer makerlab (format {format}).")
    todo = N_("Install the newest makerlab on this computer, then try again; nothing of it was used.")


class NotPackable(DataError):
    """A file that keeps a folder from being made into a pack. facts: `file`, `problem` (translated)."""

    what = N_("{file}: {problem}.")
    todo = N_("Change or remove that file, then build again; no pack was written.")


@dataclass(frozen=True)
class Pack:
    """A lesson as it travels. `signatures` maps key ids to the content of META/sig/<key id>.json."""

    manifest: Manifest
    files: Mapping[str, bytes]
    signatures: Mapping[str, bytes]

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest: the same for the same lesson, whoever signed it."""
        return self.manifest.digest

    @property
    def slug(self) -> str:
        return slug_of(self.id)

    def with_signature(self, key_id: str, content: bytes) -> Pack:
        """With this signature, which replaces one of the same key."""
        return replace(self, signatures={**self.signatures, key_id: content})

    def data(self) -> bytes:
        """The file."""
        signatures = sorted(self.signatures.items())
        return archive.write(
            [
                (MANIFEST, self.manifest.data),
                *((f"{SIGNATURES}{key_id}.json", content) for key_id, content in signatures),
                *((name, self.files[name]) for name in sorted(self.files)),
            ]
        )


def slug_of(lesson_id: str) -> str:
    """`lamp-distance` of `cn.makerlab/lamp-distance`."""
    return lesson_id.rpartition("/")[2]


def build(files: Mapping[str, bytes]) -> Pack:
    """The pack of a lesson folder's files (names with `/`). Raises NotPackable, and BadFile for a lesson.yaml
    that does not say which lesson it is.

    Text becomes UTF-8 without a byte order mark, with LF and a line's end at its end, so that an editor or
    git on Windows does not change a lesson's identity.
    """
    for name, content in files.items():
        if problem := member_names.problem_with(name):
            raise NotPackable(file=plain(name, member_names.MAX_CHARS), problem=_(problem))
        if len(content) > MAX_FILE_BYTES:
            raise NotPackable(file=name, problem=_too_big(len(content), MAX_FILE_BYTES))
    if name := member_names.clash(files):
        raise NotPackable(file=name, problem=_("another file or folder has the same name"))
    if len(files) > MAX_FILES:
        raise NotPackable(
            file=LESSON_FILE, problem=_("the lesson has {count} files; {limit} are possible").format(
                count=len(files), limit=MAX_FILES
            )
        )  # fmt: skip
    normal = {name: normalised(name, files[name]) for name in sorted(files)}
    if (size := sum(map(len, normal.values()))) > MAX_BYTES:
        raise NotPackable(file=LESSON_FILE, problem=_too_big(size, MAX_BYTES))
    lesson_id, version = identity(normal)
    return Pack(manifest.make(lesson_id, version, normal), normal, {})


def normalised(name: str, content: bytes) -> bytes:
    """A file as it is packed. Raises NotPackable for a text that is not UTF-8."""
    if not member_names.is_text(name):
        return content
    try:
        text = content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        raise NotPackable(file=name, problem=_("it is no text in UTF-8; save it as UTF-8")) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text and not text.endswith("\n"):
        text += "\n"
    return text.encode("utf-8")


def identity(files: Mapping[str, bytes]) -> tuple[str, str]:
    """The id and version that lesson.yaml gives. Raises NotPackable when there is none, and BadFile."""
    if LESSON_FILE not in files:
        raise NotPackable(file=LESSON_FILE, problem=_("it is missing"))
    fields = yamlfile.read(
        normalised(LESSON_FILE, files[LESSON_FILE]).decode("utf-8"), LESSON_FILE, aliases=False
    ).items()
    found = []
    for key, form, example in (("id", LESSON_ID, "cn.school/lamp-distance"), ("version", VERSION, "1.0.0")):
        if key not in fields:
            raise BadFile(
                path=LESSON_FILE, line=1, column=1, problem=_("“{key}” is missing.").format(key=key),
                advice=_("Add a line such as: {line}").format(line=f"{key}: {example}"),
            )  # fmt: skip
        text = fields[key].text()
        if len(text) > MAX_WORD_CHARS or not form.fullmatch(text):
            raise fields[key].wrong(
                _("“{key}” cannot be “{value}”.").format(key=key, value=text[:MAX_WORD_CHARS]),
                _("Write it so: {example}").format(example=f"{key}: {example}"),
            )
        found.append(text)
    return found[0], found[1]


def read(data: bytes, path: str) -> Pack:
    """The pack in `data`; `path` is the file's name for messages. Raises BadPack (NewerPack).

    Its signatures are whole, but whether they are right is for signature.py to say.
    """
    if len(data) > MAX_PACK_BYTES:
        raise BadPack(path=path, problem=_too_big(len(data), MAX_PACK_BYTES))
    if not archive.is_zip(data):
        raise BadPack(path=path, problem=_("it is another kind of file"))
    try:
        members = archive.read(data, MAX_FILES + MAX_SIGNATURES + 1)
    except archive.NotCanonical as error:
        if error.repacked:
            raise BadPack(path=path, problem=_("another program has packed it again")) from None
        raise _damaged(path) from None
    files, signatures, listed = _sorted_out(members, path)
    _refuse_newer(listed, path)
    try:
        built = build(files)
    except BadFile as error:
        raise BadPack(path=path, problem=_("its {file} is wrong").format(file=error.facts["path"])) from None
    except NotPackable as error:
        file, problem = error.facts["file"], error.facts["problem"]
        raise BadPack(path=path, problem=f"{file}: {problem}") from None
    pack = replace(built, signatures=signatures)
    if built.manifest.data != listed:
        raise BadPack(path=path, problem=_("what is in it is not what its manifest lists"))
    if pack.data() != data:
        raise _damaged(path)
    return pack


def _sorted_out(
    members: list[tuple[str, bytes]], path: str
) -> tuple[dict[str, bytes], dict[str, bytes], bytes]:
    """Files, signatures by key id, and the manifest. Raises BadPack."""
    files: dict[str, bytes] = {}
    signatures: dict[str, bytes] = {}
    listed = None
    for name, content in members:
        key_id = name.removeprefix(SIGNATURES).removesuffix(".json")
        if name == MANIFEST and listed is None:
            listed = content
        elif name == f"{SIGNATURES}{key_id}.json" and _KEY_ID.fullmatch(key_id):
            signatures[key_id] = content
            if len(content) > MAX_SIGNATURE_BYTES or len(signatures) > MAX_SIGNATURES:
                raise BadPack(path=path, problem=_("a signature in it is too big, or there are too many"))
        elif member_names.problem_with(name) or name in files:
            shown = plain(name, member_names.MAX_CHARS)
            problem = _("there is a file in it that does not belong there: {name}").format(name=shown)
            raise BadPack(path=path, problem=problem)
        else:
            files[name] = content
    if listed is None or len(listed) > manifest.MAX_BYTES:
        raise BadPack(path=path, problem=_("it has no manifest"))
    return files, signatures, listed


def _refuse_newer(listed: bytes, path: str) -> None:
    try:
        found = manifest.format_of(listed)
    except ValueError:
        raise _damaged(path) from None
    if found != manifest.FORMAT and re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{1,3}", found):
        raise NewerPack(path=path, format=found)


def _damaged(path: str) -> BadPack:
    return BadPack(path=path, problem=_("it was changed or damaged on the way"))


def _too_big(size: int, limit: int) -> str:
    return _("it has {size:,} bytes; {limit:,} are possible").format(size=size, limit=limit)
