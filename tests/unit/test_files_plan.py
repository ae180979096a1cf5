"""What has to happen so that a board has the files it should have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makerlab.boards import Limits, catalogue
from makerlab.errors import BoardFull, FileTooBig, InTheWay, NameRefused
from makerlab.files.model import Entry, Listing, fingerprint, sha256
from makerlab.files.plan import STAGE, check, cost, flat_room, is_stage, plan, stage_of

LIMITS = {key: board.limits for key, board in catalogue().boards.items()}
ESP32, V1, V2 = LIMITS["esp32"], LIMITS["microbit-v1"], LIMITS["microbit-v2"]


def listing(files: Mapping[str, bytes], limits: Limits = ESP32, folders: tuple[str, ...] = ()) -> Listing:
    """A board with these files, their digests known."""
    digest = fingerprint if limits.files == "flat" else sha256
    entries = [Entry(name, len(data), False, digest(data)) for name, data in files.items()]
    entries += [Entry(name, 0, True) for name in folders]
    total = flat_room(limits) if limits.files == "flat" else limits.file_system_bytes
    used = sum(cost(entry.name, entry.size, limits) for entry in entries)
    return Listing(tuple(entries), total - used, total)


def test_only_what_differs_is_sent():
    there = listing({"same.py": b"a", "longer.py": b"a", "other.py": b"a"})
    wanted = {"same.py": b"a", "longer.py": b"ab", "other.py": b"b", "new.py": b""}
    made = plan(wanted, there, ESP32)
    assert dict(made.puts) == {"longer.py": b"ab", "other.py": b"b", "new.py": b""}
    assert made.unchanged == ("same.py",)
    assert not (made.removes or made.folders or made.problems or made.in_place or made.is_empty)
    assert plan({"same.py": b"a"}, there, ESP32).is_empty


def test_an_unknown_digest_means_sending():
    there = Listing((Entry("a", 1),), 100_000, 100_000)
    assert plan({"a": b"x"}, there, ESP32).puts == {"a": b"x"}


def test_folders_are_made_outermost_first():
    made = plan({"a/b/c.py": b"", "a/d.py": b"", "e.py": b""}, listing({}), ESP32)
    assert made.folders == ("a", "a/b")
    there = listing({}, folders=("a",))
    assert plan({"a/b/c.py": b""}, there, ESP32).folders == ("a/b",)


def test_delete_removes_what_is_below_and_nothing_beside():
    there = listing({"keep/x": b"", "lib/old.py": b"", "lib/a/b": b""}, folders=("keep", "lib", "lib/a"))
    made = plan({"lib/new.py": b""}, there, ESP32, delete=True, under="lib")
    assert made.removes == ("lib/a/b", "lib/old.py")
    assert made.remove_folders == ("lib/a",)
    everything = plan({}, there, ESP32, delete=True)
    assert everything.remove_folders == ("lib/a", "keep", "lib")
    assert not plan({"lib/new.py": b""}, there, ESP32, under="lib").removes


def test_a_folder_where_a_file_should_be_and_the_reverse():
    there = listing({"file": b""}, folders=("folder",))
    (problem,) = plan({"folder": b""}, there, ESP32).problems
    assert isinstance(problem, InTheWay) and problem.facts["command"] == "maker rm -r folder"
    (problem,) = plan({"file/x": b""}, there, ESP32).problems
    assert isinstance(problem, InTheWay) and problem.facts["command"] == "maker rm file"
    (problem,) = plan({"both": b"", "both/x": b""}, there, ESP32).problems
    assert isinstance(problem, InTheWay)


def test_a_plan_with_problems_changes_nothing():
    made = plan({"a/..": b"", "b": b""}, listing({"c": b""}), ESP32, delete=True)
    assert made.problems and not (made.puts or made.removes or made.folders)


NAMES = {
    "main.py": True,
    "lib/a.py": True,
    "a'b\"c.py": True,
    "x" * 255: True,
    "温" * 85: True,
    "": False,
    "/a": False,
    "a/": False,
    "a//b": False,
    "..": False,
    "a/../b": False,
    "a\nb": False,
    "a\\b": False,
    "a\x7fb": False,
    "\ud800": False,
    "x" * 256: False,
    "温" * 86: False,
    STAGE: False,
    "lib/" + STAGE: False,
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names(name: str):
    assert (check(name, ESP32) is None) is NAMES[name]


@pytest.mark.parametrize("limits", [V1, V2], ids=["V1", "V2"])
def test_names_on_a_micro_bit(limits: Limits):
    assert check("温" * 40, limits) is None  # 120 bytes
    assert isinstance(check("温" * 40 + "a", limits), NameRefused)
    assert isinstance(check("lib/a.py", limits), NameRefused)


def test_a_file_too_big_for_the_board():
    assert isinstance(check("main.py", ESP32, 5 << 20), FileTooBig)
    assert check("main.py", V1, V1.max_file_bytes) is None
    assert isinstance(check("main.py", V1, V1.max_file_bytes + 1), FileTooBig)


def test_room_on_a_micro_bit_is_counted_in_chunks():
    """224 chunks of 126 bytes: the bundled hex takes a main.py of 28,214 bytes and not one more."""
    assert flat_room(V1) == 224 * 126 and flat_room(V2) == 160 * 126
    assert cost("main.py", 0, V1) == 126
    assert cost("main.py", 126 - 2 - 7 - 1, V1) == 126
    assert cost("main.py", 126 - 2 - 7, V1) == 252  # the next chunk is begun
    assert not plan({"main.py": bytes(28_214)}, listing({}, V1), V1).problems
    (problem,) = plan({"main.py": bytes(28_000), "b": b"x"}, listing({"c": bytes(500)}, V1), V1).problems
    assert isinstance(problem, BoardFull)


def test_what_goes_makes_room():
    full = listing({"old": bytes(20_000)}, V1)
    assert plan({"new": bytes(20_000)}, full, V1).problems
    made = plan({"new": bytes(20_000)}, full, V1, delete=True)
    assert made.removes == ("old",) and not made.problems
    assert not plan({"old": bytes(25_000)}, full, V1).problems


def test_files_that_do_not_fit_twice_are_written_in_place():
    assert not plan({"main.py": b"new"}, listing({"main.py": b"old"}, V1), V1).in_place
    there = listing({"main.py": bytes(15_000)}, V1)
    assert plan({"main.py": bytes(15_001)}, there, V1).in_place == {"main.py"}
    there = listing({"main.py": bytes(1_500_000)}, ESP32)
    assert plan({"main.py": bytes(1_500_001)}, there, ESP32).in_place == {"main.py"}


def test_where_room_is_tight_files_that_shrink_make_room_for_those_that_grow():
    there = listing({"grows": bytes(100), "shrinks": bytes(20_000), "other": bytes(7_000)}, V1)
    made = plan({"grows": bytes(15_000), "shrinks": bytes(100)}, there, V1)
    assert list(made.puts) == ["shrinks", "grows"] and made.in_place == {"grows"}
    made = plan({"grows": bytes(200), "shrinks": bytes(100)}, there, V1)
    assert list(made.puts) == ["grows", "shrinks"] and not made.in_place  # room enough: as they were named


def test_a_refusal_names_more_bytes_than_there_is_room_for():
    for limits in (ESP32, V1):
        there = listing({"a": bytes(9_000), "b": bytes(9_000)}, limits)
        big = bytes(limits.max_file_bytes)
        (problem,) = plan({"a": big, "b": big, "c": b"x"}, there, limits).problems
        assert isinstance(problem, BoardFull) and problem.facts["needed"] > problem.facts["free"]


def test_stages_lie_beside_their_files():
    assert stage_of("main.py") == STAGE
    assert stage_of("lib/a/b.py") == "lib/a/" + STAGE
    assert is_stage(STAGE) and is_stage("lib/" + STAGE) and not is_stage("lib/" + STAGE + "x")


PARTS = st.sampled_from(["a", "b", "c.py", "温度"])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(PATHS, st.binary(max_size=40), max_size=6)


def carried_out(files: Mapping[str, bytes], folders: set[str], wanted: Mapping[str, bytes], **how: object):
    """A model board after a plan; None if the plan refuses. Every step must be possible on a real board."""
    made = plan(wanted, listing(files, folders=tuple(folders)), ESP32, **how)  # type: ignore[arg-type]
    if made.problems:
        return None
    files, folders = dict(files), set(folders)
    for name in made.removes:
        del files[name]
    for name in made.remove_folders:
        assert not any(other.startswith(name + "/") for other in [*files, *folders])
        folders.remove(name)
    for name in made.folders:
        assert name not in files and name not in folders
        assert "/" not in name or name.rpartition("/")[0] in folders
        folders.add(name)
    for name, data in made.puts.items():
        assert name not in folders and ("/" not in name or name.rpartition("/")[0] in folders)
        files[name] = data
    return files, folders


def a_tree(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], set[str]]:
    """The largest part of `files` that can be on one board, and the folders it needs."""
    kept: dict[str, bytes] = {}
    folders: set[str] = set()
    for name, data in files.items():
        above = {name[:at] for at, char in enumerate(name) if char == "/"}
        if name not in folders and not above & kept.keys():
            kept[name] = data
            folders |= above
    return kept, folders


@given(FILES, FILES, st.booleans())
def test_a_plan_leads_to_what_was_wanted(there: dict[str, bytes], wanted: dict[str, bytes], delete: bool):
    files, folders = a_tree(there)
    wanted, _folders = a_tree(wanted)
    result = carried_out(files, folders, wanted, delete=delete)
    if result is None:
        return
    after, folders_after = result
    assert {name: after[name] for name in wanted} == wanted
    if delete:
        assert after == wanted
    else:
        assert after == {**files, **wanted}
    assert plan(wanted, listing(after, folders=tuple(folders_after)), ESP32, delete=delete).is_empty
