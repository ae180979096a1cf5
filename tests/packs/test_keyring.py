"""Keys on this computer: kept for their owner only, known again, and replaced when one is lost."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import stat

import pytest

from makerlab.lessons.packs import keys, workshop
from makerlab.lessons.packs.keyring import (
    KeyNameTaken,
    Keyring,
    NoOwnKey,
    NoSuchKey,
    RingDamaged,
    WhichKey,
)
from makerlab.lessons.packs.keys import BadKeyFile, BadKeyName, PublicKey
from makerlab.lessons.packs.workshop import KeyList, NotAccepted

LI, WANG, ZHAO, NEW = (keys.new(name, bytes([at] * 32)) for at, name in enumerate(("李", "王", "赵", "王")))


def people(*own: keys.OwnKey) -> tuple[PublicKey, ...]:
    return tuple(one.public for one in own)


# -- own keys ----------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_found_again():
    ring = Keyring()
    with pytest.raises(NoOwnKey):
        ring.own_key()
    made = ring.make("李老师")
    assert Keyring().own_key() == made
    assert Keyring().own_key(" 李老师 ") == made
    assert ring.trusted() == {made.public.key: "李老师"}
    with pytest.raises(KeyNameTaken):
        ring.make("李老师")


def test_two_keys_of_ones_own_must_be_told_apart():
    ring = Keyring()
    ring.make("李老师")
    second = ring.make("学校")
    with pytest.raises(WhichKey):
        ring.own_key()
    assert ring.own_key("学校") == ring.own_key(second.public.fingerprint) == second
    with pytest.raises(NoSuchKey):
        ring.own_key("王")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights: the user's folder protects it")
def test_nobody_else_can_read_a_private_key(own_home):
    Keyring().make("李老师")
    (path,) = (own_home / "keys" / "own").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_private_key_is_not_in_what_is_printed():
    made = Keyring().make("李老师")
    assert made.private not in repr(made)


@pytest.mark.parametrize("name", ["", "  ", "a" * 41, "a\nb", "\u202eabc"])
def test_names_a_key_cannot_have(name):
    with pytest.raises(BadKeyName):
        keys.checked_name(name)


# -- files -------------------------------------------------------------------------------------------------


def test_key_files_come_back_as_they_were():
    assert keys.of_file(keys.public_file(LI.public), "a.mkey") == LI.public
    assert keys.of_file(keys.private_file(LI), "a.mkey") == LI
    assert LI.private not in keys.public_file(LI.public).decode()


def test_no_bytes_are_a_key_file_but_one():
    dice = random.Random(7)
    whole = keys.public_file(LI.public)
    for _round in range(300):
        at = dice.randrange(len(whole))
        changed = whole[:at] + dice.randbytes(dice.randrange(3)) + whole[at + dice.randrange(3) :]
        try:
            found = keys.of_file(changed, "a.mkey")
        except BadKeyFile as error:
            assert "a.mkey" in error.message and error.hint
        else:
            assert isinstance(found, PublicKey)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"[]", b"{}", b"\xff\xfe", b"[" * 5000, b'{"kind": "makerlab-key"}',
        b"-----BEGIN OPENSSH PRIVATE KEY-----", b'{"kind": "makerlab-key", "format": "9.0"}', b"x" * 9000,
    ],
)  # fmt: skip
def test_a_key_file_that_is_not_one(data):
    with pytest.raises(BadKeyFile):
        keys.of_file(data, "a.mkey")
    assert not workshop.is_list(data)


# -- the ring ----------------------------------------------------------------------------------------------


def test_knowing_is_not_trusting():
    ring = Keyring()
    ring.add(WANG.public, trusted=False)
    assert ring.trusted() == {}
    ring.add(ring.find("王"), trusted=True)
    ring.add(WANG.public, trusted=False)
    assert Keyring().trusted() == {WANG.public.key: "王"}
    assert ring.forget("王") == "王"
    assert ring.trusted() == {}
    with pytest.raises(NoSuchKey):
        ring.forget("王")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": "2.0"}', '{"format":"1.0","keys":[{}]}'])
def test_a_damaged_ring_is_not_begun_anew(own_home, damage):
    ring = Keyring()
    made = ring.make("李老师")
    ring.add(WANG.public, trusted=True)
    path = own_home / "keys" / "keyring.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(RingDamaged):
        ring.trusted()
    with pytest.raises(RingDamaged):
        ring.add(ZHAO.public, trusted=True)
    assert path.read_text(encoding="utf-8") == damage
    assert ring.own_key() == made


def test_a_workshop_in_the_ring_must_be_rightly_signed(own_home):
    ring = Keyring()
    ring.take_list(KeyList("李波工作室", 1, people(LI), {}).signed(LI))
    path = own_home / "keys" / "keyring.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    value["workshops"][0]["members"].append({"name": "x", "key": WANG.public.key})
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(RingDamaged):
        ring.trusted()


# -- workshops ---------------------------------------------------------------------------------------------


@pytest.fixture
def first() -> KeyList:
    return KeyList("李波工作室", 1, people(LI, WANG, ZHAO), {}).signed(LI)


def test_whoever_trusts_a_workshop_trusts_its_members(first):
    ring = Keyring()
    ring.take_list(first)
    assert set(ring.trusted()) == {one.key for one in people(LI, WANG, ZHAO)}
    assert ring.trusted()[WANG.public.key] == "王 (李波工作室)"
    assert ring.forget("李波工作室") == "李波工作室"
    assert not ring.trusted()


def test_a_lost_key_is_replaced_by_two_members(first):
    """王 lost a key: 李 and 赵 sign a list with the new one."""
    ring = Keyring()
    ring.take_list(first)
    following = first.following(people(LI, ZHAO, NEW))
    with pytest.raises(NotAccepted, match="1 members"):
        ring.take_list(following.signed(LI))
    assert WANG.public.key in ring.trusted()
    ring.take_list(following.signed(LI).signed(ZHAO))
    assert NEW.public.key in ring.trusted()
    assert WANG.public.key not in ring.trusted()


def test_strangers_signatures_do_not_count(first):
    stranger = keys.new("李", bytes([99] * 32))
    following = first.following((*first.members, stranger.public)).signed(stranger).signed(LI)
    with pytest.raises(NotAccepted):
        workshop.accepted(first, following)


def test_an_old_list_does_not_come_back(first):
    second = first.following(people(LI, ZHAO)).signed(LI).signed(ZHAO)
    with pytest.raises(NotAccepted, match="number 1"):
        workshop.accepted(second, first)
    other_second = first.following(people(LI, ZHAO, NEW)).signed(LI).signed(ZHAO)
    with pytest.raises(NotAccepted):
        workshop.accepted(second, other_second)


def test_signatures_of_the_same_list_come_together(first):
    both = workshop.accepted(first.signed(WANG), dataclasses.replace(first, signatures={}).signed(ZHAO))
    assert set(both.signatures) == {one.key for one in people(LI, WANG, ZHAO)}


def test_a_first_list_is_signed_by_one_of_its_own():
    with pytest.raises(NotAccepted):
        workshop.accepted(None, KeyList("a", 1, people(LI), {}).signed(WANG))


def test_one_member_alone_can_take_in_the_second():
    alone = KeyList("a", 1, people(LI), {}).signed(LI)
    assert workshop.accepted(alone, alone.following(people(LI, WANG)).signed(LI)).number == 2


def test_lists_come_back_from_files_and_changes_are_found(first):
    data = first.file()
    assert workshop.is_list(data)
    assert workshop.of_file(data, "a") == first
    for old, new in (("1", "2"), ("王", "黄"), ("李波", "李被"), (WANG.public.key, NEW.public.key)):
        with pytest.raises(BadKeyFile):
            workshop.of_file(data.replace(old.encode(), new.encode(), 1), "a")
