"""Lesson packs: a list of 1,000 packs, and tampering with one.

    python bench/packs.py

Prints a table in Markdown. Targets: the list of 1,000 packs has at most 1 MB, a search takes less than 10 ms.
The texts are made of the catalogue's sixteen titles, so that their lengths and words are those of lessons.
"""

from __future__ import annotations

import hashlib
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "host"), str(ROOT / "tests"), str(ROOT / "tests" / "packs")]

from small_lesson import lesson_files  # noqa: E402
from tampering import tampered  # noqa: E402

from makerlab.lessons.description import lesson_of  # noqa: E402
from makerlab.lessons.packs import index, keys, pack, publish, search, signature  # noqa: E402
from makerlab.lessons.packs.index import Entry, Index  # noqa: E402

PACKS = 1_000
TAMPERINGS = 10_000
ROUNDS = 20
TITLES = (
    ("灯离得越远，光变暗多少？", "How fast does light fade?"), ("影子和光的一天", "A day of sun and shadow"),
    ("哪种杯子最保温？", "Which cup keeps warm longest?"), ("黑白纸晒太阳", "Black or white in the sun?"),
    ("我们的校园气象站", "Our school weather station"), ("教室有多吵？", "How loud is our classroom?"),
    ("单摆多久摆一次？", "What sets the beat of a pendulum?"), ("小车下坡有多快？", "How fast downhill?"),
    ("磁铁能管多远？", "How far does a magnet reach?"), ("会喊渴的花盆", "The pot that says water me"),
    ("聪明的小夜灯", "A night light that decides"), ("倒车雷达", "Parking helper"),
    ("人走灯灭", "Lights only when needed"), ("挥一挥，认动作", "Teach the board your gesture"),
    ("教机器认颜色", "Teach a machine colours"), ("会讲道理的小助手", "A helper that gives reasons"),
)  # fmt: skip
QUERIES = ("保温", "单摆多久摆一次", "light", "magnet", "灯", "教室 吵", "how", "夜灯 light", "没有这个词")


def main() -> None:
    made = thousand()
    data, terms = index.written(made, keys.new("bench", bytes(32)), "2026-11-24T08:30:00Z")
    read = index.read(data, terms, "index.json")
    print(f"`python bench/packs.py`, {time.strftime('%Y-%m-%d')}, {platform.platform()}, ", end="")
    print(f"Python {platform.python_version()}.\n")
    print("| | | target |\n|---|---|---|")
    size = (len(data) + len(terms)) / 1e6
    print(f"| list of {PACKS} packs (index.json + search.json) | {size:.2f} MB | 1 MB |")
    print(
        f"| reading it, its signature checked | {1e3 * timed(lambda: index.read(data, terms, '')):.0f} ms | |"
    )
    slowest = max(QUERIES, key=lambda query: timed(lambda: index.fitting(read, query)))
    worst = timed(lambda: index.fitting(read, slowest))
    usual = statistics.median(timed(lambda query=query: index.fitting(read, query)) for query in QUERIES)
    print(f"| a search, median of {len(QUERIES)} | {1e3 * usual:.2f} ms | 10 ms |")
    print(f"| the slowest search ({slowest}) | {1e3 * worst:.2f} ms | 10 ms |")
    filtered = timed(lambda: index.fitting(read, "light", grade=5, board="esp32", minutes=80))
    print(f"| a search with grade, board and minutes | {1e3 * filtered:.2f} ms | 10 ms |")
    print(f"| publishing one pack more into a folder of {PACKS} | {1e3 * publishing(made):.0f} ms | |")
    built = pack.build(lesson_files())
    whole = signature.sign(built, keys.new("bench", bytes(32)), "author", "2026-11-24T08:30:00Z").data()
    building = 1e3 * timed(lambda: pack.build(lesson_files()).data())
    print(f"| building a pack of {len(built.files)} files | {building:.2f} ms | |")
    print(f"| reading it and checking its signature | {1e3 * timed(lambda: opened(whole)):.2f} ms | |")
    begun = time.perf_counter()
    taken = sum(opened(tampered(whole, seed)[1]) for seed in range(TAMPERINGS))
    print(f"| {TAMPERINGS:,} tamperings, accepted | {taken} ({time.perf_counter() - begun:.1f} s) | 0 |")


def thousand() -> Index:
    dice = random.Random(1)
    found = []
    for number in range(PACKS):
        zh, en = TITLES[number % len(TITLES)]
        other_zh, other_en = TITLES[dice.randrange(len(TITLES))]
        files = lesson_files(
            id=f"cn.school{number % 40}/lesson-{number}", zh=zh, en=en,
            grades=str(dice.randrange(3, 7)), minutes=40 * dice.randrange(1, 4),
        )  # fmt: skip
        summary = "用光敏传感器测出距离和亮度的关系", "Measure how brightness falls with distance"
        text = files["lesson.yaml"].decode()
        text = text.replace(summary[0], f"用传感器测一测：{zh}再和“{other_zh}”比一比，说出道理，改进作品。")
        text = text.replace(
            summary[1], f"Measure and compare with {other_en.rstrip('?')}; explain and improve."
        )
        lesson = lesson_of({"lesson.yaml": text.encode()})
        digest = hashlib.sha256(text.encode()).hexdigest()
        entry = index.entry_of(lesson, digest, 200_000, [digest[:16]])
        found.append((entry, search.terms_of(index.texts_of(lesson))))
    return index.made(found)


def publishing(made: Index) -> float:
    """Seconds for one pack more beside those of `made`, whose files are only as long as they should be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / index.PACKS).mkdir()
        for entry in made.entries:
            hole(folder / index.file_of(entry), entry)
        for file, data in zip((index.INDEX, index.SEARCH), index.written(made), strict=True):
            (folder / file).write_bytes(data)
        one = pack.build(lesson_files())
        begun = time.perf_counter()
        done = publish.publish(folder, [one])
        assert len(done.index.entries) == PACKS + 1
        return time.perf_counter() - begun


def hole(path: Path, entry: Entry) -> None:
    with path.open("wb") as file:
        file.truncate(entry.size)


def opened(data: bytes) -> bool:
    try:
        return signature.state(pack.read(data, "a.mkl"), {}) != "damaged"
    except pack.BadPack:
        return False


def timed(work: Callable[[], object]) -> float:
    """Seconds, the median of some rounds."""
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    main()
