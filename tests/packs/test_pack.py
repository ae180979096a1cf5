"""Packs: the same lesson gives the same bytes, and nothing but those bytes is ever taken."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lesson import lesson_files
from tampering import OF_BYTES, OF_MEMBERS, tampered

from makerlab.errors import BadFile
from makerlab.lessons.limits import MAX_FILE_BYTES, MAX_FILES
from makerlab.lessons.packs import archive, canonical, keys, pack, signature
from makerlab.lessons.packs.pack import BadPack, NewerPack, NotPackable
from makerlab.lessons.packs.signature import Passed

KEY = keys.new("李老师", bytes(range(32)))
SHA256_OF_THE_FILE = "a7739f357592d2d57f2e033d6711cc3d2e6091c865e10b00184e572f62d9db4d"
WHEN = "2026-11-24T08:30:00Z"


def built(**others: object) -> pack.Pack:
    return pack.build(lesson_files(**others))  # type: ignore[arg-type]


def signed() -> pack.Pack:
    return signature.sign(built(), KEY, "author", WHEN)


# -- the same bytes everywhere -----------------------------------------------------------------------------


def test_the_bytes_of_a_pack_never_change():
    """Golden: a change here is another format, and every digest ever written down becomes wrong."""
    assert built().digest == "db17ec1f140991417399d0d094551bb76c4f1b3e32b8ec9e9c0547fbb72946c4"
    assert hashlib.sha256(built().data()).hexdigest() == SHA256_OF_THE_FILE


def test_the_archive_is_what_zipfile_writes():
    data = signed().data()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as file, zipfile.ZipFile(out, "w") as other:
        assert file.testzip() is None
        for info in file.infolist():
            plain = zipfile.ZipInfo(info.filename)
            plain.create_system, plain.external_attr = 3, 0o100644 << 16
            other.writestr(plain, file.read(info))
    assert out.getvalue() == data


def test_the_order_of_files_does_not_count():
    files = lesson_files()
    assert pack.build(dict(reversed(files.items()))).data() == pack.build(files).data()


def test_editors_do_not_change_a_lesson():
    files = lesson_files()
    windows = {
        name: content if name.endswith(".png") else b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")[:-2]
        for name, content in files.items()
    }
    assert pack.build(windows).data() == pack.build(files).data()


def test_every_byte_of_a_picture_counts():
    other = built(media__lamp_dot_png=b"\x89PNG\r\n\x1a\n0001")
    assert other.digest != built().digest


names = st.from_regex(r"(media|steps/zh|code/a)/[a-z0-9_][a-z0-9_-]{0,20}\.(md|png|py|csv)", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(names, st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_what_is_built_is_read(more):
    made = pack.build(lesson_files() | more)
    again = pack.read(made.data(), "a.mkl")
    assert again == made
    assert pack.build(again.files).data() == made.data()


# -- signatures --------------------------------------------------------------------------------------------


def test_signing_never_changes_the_digest():
    other = keys.new("Wang", bytes(32))
    twice = signature.sign(signed(), other, "reviewer", WHEN)
    read = pack.read(twice.data(), "a.mkl")
    assert read.digest == built().digest
    found = signature.signatures(read)
    assert found is not None
    assert {(one.signer.name, one.role, one.right) for one in found} == {
        ("李老师", "author", True),
        ("Wang", "reviewer", True),
    }
    again = signature.sign(twice, KEY, "author", "2026-12-24T08:30:00Z")
    assert len(again.signatures) == 2


def test_what_was_tested_is_signed_as_well():
    tested = [Passed("all", "esp32", "makerlab 0.1.0"), Passed("all", "microbit-v2", "makerlab 0.1.0")]
    read = pack.read(signature.sign(built(), KEY, "author", WHEN, reversed(tested)).data(), "a.mkl")
    (found,) = signature.signatures(read) or []
    assert found.tested == tuple(tested) and found.right
    content = read.signatures[KEY.public.id].replace(b'"microbit-v2"', b'"microbit-v1"')
    assert signature.state(read.with_signature(KEY.public.id, content), {}) == "damaged"


def test_four_states():
    trusted = {KEY.public.key: "李老师"}
    assert signature.state(built(), trusted) == "unsigned"
    assert signature.state(signed(), trusted) == "trusted"
    assert signature.state(signed(), {}) == "unknown"
    moved = built(version="1.0.1").with_signature(KEY.public.id, signed().signatures[KEY.public.id])
    assert signature.state(moved, trusted) == "damaged"


def test_one_wrong_signature_among_right_ones_is_damage():
    stranger = keys.new("Wang", bytes(32))
    other = signature.sign(built(version="1.0.1"), stranger, "author", WHEN)
    mixed = signed().with_signature(stranger.public.id, other.signatures[stranger.public.id])
    assert signature.state(mixed, {KEY.public.key: ""}) == "damaged"


# -- tampering ---------------------------------------------------------------------------------------------


def taken(data: bytes) -> bool:
    """Whether a pack is ever used: it is read, and its signatures are right."""
    try:
        read = pack.read(data, "a.mkl")
    except BadPack as error:
        assert error.message and error.hint
        return False
    return signature.state(read, {}) != "damaged"


def test_ten_thousand_tamperings_are_all_refused():
    data = signed().data()
    assert taken(data)
    ways: Counter[str] = Counter()
    for seed in range(10_000):
        way, changed = tampered(data, seed)
        assert not taken(changed), (seed, way)
        ways[way] += 1
    assert len(ways) == len(OF_BYTES) + len(OF_MEMBERS) + 1
    assert min(ways.values()) > 300


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(data):
    for whole in (data, b"PK\x03\x04" + data):
        with pytest.raises(BadPack):
            pack.read(whole, "a.mkl")


def with_more(data: bytes, name: str) -> bytes:
    return archive.write([*archive.read(data, MAX_FILES), (name, b"evil\n")])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "another kind of file"),
        (lambda data: b"<html>", "another kind of file"),
        (lambda data: data[:-1], "changed or damaged"),
        (lambda data: data + b"x", "changed or damaged"),
        (lambda data: with_more(data, "../a.yaml"), "does not belong there: ../a.yaml"),
        (lambda data: with_more(data, "zz.md"), "not what its manifest lists"),
        (lambda data: data.replace(b"print(1)", b"print(2)"), "changed or damaged"),
        (lambda data: bytes(pack.MAX_PACK_BYTES + 1), "bytes"),
    ],
)
def test_why_a_pack_is_refused(change, words):
    with pytest.raises(BadPack, match=words) as caught:
        pack.read(change(signed().data()), "a.mkl")
    assert "a.mkl" in caught.value.message


def test_a_pack_that_a_zip_program_packed_again_says_so():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("lesson.yaml", lesson_files()["lesson.yaml"])
    with pytest.raises(BadPack, match="another program has packed it again"):
        pack.read(out.getvalue(), "a.mkl")


def test_a_pack_of_a_newer_format():
    members = archive.read(built().data(), MAX_FILES)
    newer = members[0][1].replace(b'"format":"1.0"', b'"format":"2.0","more":true')
    data = archive.write([(pack.MANIFEST, canonical.to_bytes(json.loads(newer))), *members[1:]])
    with pytest.raises(NewerPack, match=r"2\.0"):
        pack.read(data, "a.mkl")


# -- what cannot be packed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("步骤.md", b"", "only a-z"),
        ("Steps/a.md", b"", "only a-z"),
        ("steps/con.md", b"", "Windows"),
        ("media/film.mp4", b"", "kind of file"),
        ("code/all/main.exe", b"", "kind of file"),
        ("notes.md", "中文".encode("gbk"), "UTF-8"),
        ("media/big.png", bytes(MAX_FILE_BYTES + 1), "5,000,000"),
        ("code/all/main.py/a.md", b"", "same name"),
        ("a/" * 8 + "a.md", b"", "too long"),
    ],
)
def test_what_does_not_go_into_a_pack(name, content, words):
    with pytest.raises(NotPackable, match=words) as caught:
        pack.build(lesson_files() | {name: content})
    assert caught.value.facts["file"] in (name, name[:100])


def test_too_many_files():
    with pytest.raises(NotPackable, match="500"):
        pack.build(lesson_files() | {f"data/{at}.csv": b"" for at in range(MAX_FILES)})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: cn.test/lamp-distance", "id: Lamp", "cannot be “Lamp”"),
        ("id: cn.test/lamp-distance", "name: x", "“id” is missing"),
        ("version: 1.0.0", "version: 1.10", r"cannot be “1\.10”"),
    ],
)
def test_a_lesson_must_say_which_it_is(old, new, words):
    files = lesson_files()
    files["lesson.yaml"] = files["lesson.yaml"].replace(old.encode(), new.encode())
    with pytest.raises(BadFile, match=words):
        pack.build(files)
