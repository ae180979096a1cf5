"""Ways to tamper with a pack, each seeded: what strangers, bad sticks and helpful programs do to a file."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable

from makerlab.lessons.limits import MAX_FILE_BYTES
from makerlab.lessons.packs import archive, manifest, pack

Members = list[tuple[str, bytes]]


def _place(data: bytes, dice: random.Random) -> int:
    return dice.randrange(len(data))


# -- of bytes: any of these gives other bytes, or is thrown again ------------------------------------------


def flip_a_bit(data: bytes, dice: random.Random) -> bytes:
    at = _place(data, dice)
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def cut_off(data: bytes, dice: random.Random) -> bytes:
    return data[: _place(data, dice)]


def append(data: bytes, dice: random.Random) -> bytes:
    return data + dice.choice((b"\0", b"\n", data, dice.randbytes(dice.randrange(1, 40)), archive.write([])))


def prepend(data: bytes, dice: random.Random) -> bytes:
    return dice.choice((b"\0", b"MZ", data[: _place(data, dice) + 1])) + data


def remove_bytes(data: bytes, dice: random.Random) -> bytes:
    at = _place(data, dice)
    return data[:at] + data[at + dice.randrange(1, 64) :]


def insert_bytes(data: bytes, dice: random.Random) -> bytes:
    at = _place(data, dice)
    return data[:at] + dice.randbytes(dice.randrange(1, 64)) + data[at:]


def repeat_bytes(data: bytes, dice: random.Random) -> bytes:
    at = _place(data, dice)
    return data[:at] + data[at : at + dice.randrange(1, 200)] + data[at:]


def overwrite(data: bytes, dice: random.Random) -> bytes:
    at = _place(data, dice)
    piece = dice.choice((b"\0" * 4, b"\xff" * 4, b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04", b"../"))
    return data[:at] + piece + data[at + len(piece) :]


# -- of members: a sound archive of our own form, with something else in it --------------------------------

EVIL_NAMES = (
    "../evil.py", "steps/../../evil.md", "/etc/evil.md", "C:/evil.md", "c:evil.md", "steps\\evil.md",
    "con.md", "steps/NUL.md", "aux", "com1.txt", "lpt9.csv", "LESSON.yaml", "Steps/zh/1-measure.md",
    "lesson.yaml/a.md",
    "media", "media/", "", ".", "..", "a/./b.md", "a//b.md", ".hidden.md", "trailing.", "space .md",
    "evil.exe", "evil.dll", "evil.html", "evil.sh", "a" * 120 + ".md", "a/b/c/d/e/f/g/h/i.md", "~/evil.md",
    "META/evil.json", "META/sig/evil.json", "META/sig/../x.json", "META/manifest.json", "-rf.md", "a:b.md",
    "evil.md\n", "lesson.yaml ", "a\x00.md",
)  # fmt: skip


def other_content(members: Members, dice: random.Random) -> Members:
    at = dice.randrange(1, len(members))
    name, content = members[at]
    return [*members[:at], (name, flip_a_bit(content, dice) if content else b"x"), *members[at + 1 :]]


def leave_out(members: Members, dice: random.Random) -> Members:
    at = dice.choice([at for at, (name, _) in enumerate(members) if not name.startswith(pack.SIGNATURES)])
    return members[:at] + members[at + 1 :]


def unlisted(members: Members, dice: random.Random) -> Members:
    at = dice.randrange(len(members) + 1)
    return [*members[:at], (dice.choice((*EVIL_NAMES, "notes.md", "zz.py")), b"evil"), *members[at:]]


def renamed(members: Members, dice: random.Random) -> Members:
    at = dice.randrange(len(members))
    return [*members[:at], (dice.choice(EVIL_NAMES), members[at][1]), *members[at + 1 :]]


def twice(members: Members, dice: random.Random) -> Members:
    at = dice.randrange(len(members))
    return [*members[: at + 1], members[at], *members[at + 1 :]]


def other_order(members: Members, dice: random.Random) -> Members:
    return dice.sample(members, len(members))


def other_manifest(members: Members, dice: random.Random) -> Members:
    """The manifest with one value changed, or written in another way."""
    value = json.loads(members[0][1])
    files = value["files"]
    one = dice.choice(files)
    dice.choice((
        lambda: one.update(size=dice.randrange(-1, 10**9)),
        lambda: one.update(sha256=dice.randbytes(32).hex()),
        lambda: one.update(sha256=one["sha256"].upper()),
        lambda: one.update(path=dice.choice(EVIL_NAMES)),
        lambda: one.update(mode=0o755),
        lambda: files.remove(one),
        lambda: files.append(one),
        lambda: files.reverse(),
        lambda: value.update(id="cn.other/lamp-distance"),
        lambda: value.update(version="9.9.9"),
        lambda: value.update(format=dice.choice(("0.9", "1.1", "2.0", "1.0.0", 1, None, ""))),
        lambda: value.update(files=dice.choice((None, {}, "x", 1, [[]] * 9))),
        lambda: value.clear(),
    ))()  # fmt: skip
    compact = {"separators": (",", ":"), "sort_keys": True} if dice.random() < 0.8 else {"indent": 1}
    return [(members[0][0], json.dumps(value, **compact).encode()), *members[1:]]  # type: ignore[arg-type]


def evil_but_listed(members: Members, dice: random.Random) -> Members:
    """Whoever makes a pack themselves lists what they put in: only the rules of names and limits are left."""
    files = {name: content for name, content in members if not name.startswith("META/")}
    evil_names = [name for name in EVIL_NAMES if "META" not in name]
    texts = (b"a\r\nb\r\n", b"\xef\xbb\xbfa\n", b"no end", b"\xb5\xc6\n")
    lessons = (b"", b"id: x\n", b"[", b"id: [a]\nversion: 1.0.0\n")
    # Rarely: five megabytes take their time.
    limits = {"media/big.png": bytes(MAX_FILE_BYTES + 1)} if dice.random() < 0.02 else {"a.exe": b""}
    dice.choice((
        lambda: files.update({dice.choice(evil_names): b"evil\n"}),
        lambda: files.update({"notes.md": dice.choice(texts)}),
        lambda: files.pop("lesson.yaml"),
        lambda: files.update({"lesson.yaml": dice.choice(lessons)}),
        lambda: files.update({"lesson.yaml": files["lesson.yaml"].replace(b"cn.test/", b"../../")}),
        lambda: files.update(limits),
    ))()  # fmt: skip
    listed = manifest.make("cn.test/lamp-distance", "1.0.0", files)
    signatures = [one for one in members if one[0].startswith(pack.SIGNATURES)]
    return [(pack.MANIFEST, listed.data), *signatures, *sorted(files.items())]


def other_signature(members: Members, dice: random.Random) -> Members:
    """A signature whose statement or form was changed."""
    at = next(at for at, (name, _) in enumerate(members) if name.startswith(pack.SIGNATURES))
    name, content = members[at]
    value = json.loads(content)
    dice.choice((
        lambda: value.update(sig=dice.randbytes(64).hex()),
        lambda: value.update(sig=value["sig"].upper()),
        lambda: value.update(sig=""),
        lambda: value.update(name="王校长"),
        lambda: value.update(role=dice.choice(("school", "reviewer", "owner", 3))),
        lambda: value.update(when=dice.choice(("2020-01-01T00:00:00Z", "yesterday", None))),
        lambda: value.update(digest=dice.randbytes(32).hex()),
        lambda: value.update(key=dice.randbytes(32).hex()),
        lambda: value.update(alg="none"),
        lambda: value.update(tested=dice.choice(([{}], None, [{"board": "esp32"}], [1], "all"))),
        lambda: value.update(more=1),
        lambda: value.pop("role"),
        lambda: value.clear(),
    ))()  # fmt: skip
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    other_name = f"{pack.SIGNATURES}{dice.randbytes(8).hex()}.json" if dice.random() < 0.2 else name
    return [*members[:at], (other_name, text.encode()), *members[at + 1 :]]


# -- of the archive: the same members, as another program packs them ---------------------------------------


def packed_by_another(members: Members, dice: random.Random) -> bytes:
    out = io.BytesIO()
    odd = dice.randrange(len(members))
    way = dice.choice(
        ("deflate", "date", "link", "folder", "comment", "note", "extra", "windows", "executable")
    )
    with zipfile.ZipFile(out, "w") as file:
        for at, (name, content) in enumerate(members):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            if at == odd:
                if way == "deflate":
                    info.compress_type = zipfile.ZIP_DEFLATED
                elif way == "date":
                    info.date_time = (2026, 11, 24, 8, 30, 0)
                elif way == "link":
                    info.external_attr = 0o120777 << 16
                elif way == "folder":
                    info.external_attr = 0o040755 << 16 | 0x10
                elif way == "note":
                    info.comment = b"evil"
                elif way == "extra":
                    info.extra = b"\x99\x99\x04\x00evil"
                elif way == "windows":
                    info.create_system = 0
                elif way == "executable":
                    info.external_attr = 0o100755 << 16
            file.writestr(info, content)
        if way == "comment":
            file.comment = b"evil"
    return out.getvalue()


OF_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip_a_bit, cut_off, append, prepend, remove_bytes, insert_bytes, repeat_bytes, overwrite,
)  # fmt: skip
OF_MEMBERS: tuple[Callable[[Members, random.Random], Members], ...] = (
    other_content, leave_out, unlisted, renamed, twice, other_order, other_manifest, evil_but_listed,
    other_signature,
)  # fmt: skip


def tampered(data: bytes, seed: int) -> tuple[str, bytes]:
    """The name of what was done to a signed pack, and the other bytes it gave."""
    dice = random.Random(seed)
    members = archive.read(data, pack.MAX_FILES)
    while True:
        way = dice.choice((*OF_BYTES, *OF_MEMBERS, packed_by_another))
        if way in OF_BYTES:
            changed = way(data, dice)  # type: ignore[arg-type]
        elif way is packed_by_another:
            changed = packed_by_another(members, dice)
        else:
            changed = _written(way(members, dice))  # type: ignore[arg-type]
        if changed != data:
            return way.__name__, changed


def _written(members: Members) -> bytes:
    return archive.write(members)
