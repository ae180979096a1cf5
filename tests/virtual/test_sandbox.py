"""Nothing a program does on a virtual board reaches this computer, and none of it hurts it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "/../etc/passwd",
        "C:\\\\Windows\\\\win.ini",
        "/proc/self/environ",
        "/.board/../../etc/passwd",
        __file__.replace("\\", "\\\\"),
    ],
)
def test_no_file_of_this_computer_can_be_read(raw, name):
    assert raw.fails(f"open('{name}')") == "OSError: [Errno 2] ENOENT"


def test_no_file_of_this_computer_can_be_written(raw, tmp_path):
    target = tmp_path / "written.txt"
    name = str(target).replace("\\", "\\\\")
    raw.begin(f"f = open('../../../../{name}', 'w')\nf.write('x')\nf.close()")
    raw.end()
    assert not target.exists()


def test_names_that_mean_something_elsewhere(raw):
    names = ["con", "a:b", "NUL.txt", "A", "a", "ü", "作业.py", "x" * 255]
    program = f"import os\nnames = {names!r}\nfor n in names:\n  f = open(n, 'w'); f.write(n); f.close()\n"
    program += "print(sorted(os.listdir()) == sorted(names), all([open(n).read() == n for n in names]))"
    assert raw.run(program) == "True True\n"
    assert not Path("con").exists()
    assert raw.fails("open('x' * 256, 'w')") == "OSError: 91"


def test_the_built_in_modules_cannot_be_changed(raw):
    assert raw.fails("open('/.board/machine.py', 'w')") == "OSError: 30"
    assert raw.fails("import os\nos.remove('/.board/machine.py')").startswith("OSError")
    assert raw.run("import os\nprint(os.listdir('/'))") == "[]\n"


def test_memory_without_end_is_refused(raw):
    for bomb in (
        "  l = []\n  while True: l.append(bytearray(1000))",
        "  s = 'x'\n  while True: s += s",
        "  bytearray(1 << 30)",
        "  l = [1]\n  while True: l = l * 2",
    ):
        assert raw.fails(f"def bomb():\n{bomb}\nbomb()").startswith("MemoryError")
    assert raw.run("print('fine')") == "fine\n"


def test_recursion_without_end_is_refused(raw):
    assert raw.fails("def f(n): return f(n + 1) + 1\nf(0)").startswith(
        "RuntimeError: maximum recursion depth"
    )
    assert raw.fails("l = []\nfor i in range(2000): l = [l]\nprint(l)").startswith("RuntimeError")
    assert raw.fails("eval('(' * 5000 + ')' * 5000)").startswith(
        ("RuntimeError", "MemoryError", "SyntaxError")
    )
    assert raw.run("print('fine')") == "fine\n"


def test_a_runtime_that_crashes_starts_again(plug):
    terminal = plug()
    terminal.raw()
    terminal.begin("import machine\nmachine.mem32[0xfffffff0]")
    terminal.expect("Guru Meditation Error")
    terminal.expect(">>> ")


def test_wild_writes_hurt_the_board_only(plug):
    terminal = plug()
    terminal.raw()
    terminal.begin("import machine\nfor a in range(1024, 200000, 4): machine.mem32[a] = 0x41414141")
    terminal.expect("Guru Meditation Error")
    terminal.expect(">>> ")


def test_a_full_flash(raw):
    program = """
        import os
        f = open('big', 'wb')
        n = 0
        try:
          while True: n += f.write(bytes(16384))
        except OSError as e: print(e.errno, n > 1500000)
        f.close()
        s = os.statvfs('/')
        print(s[3])
        os.remove('big')
        s = os.statvfs('/')
        print(s[2] == s[3])
        """
    assert raw.run(program) == "28 True\n0\nTrue\n"


def test_a_big_file_that_fits(raw):
    program = """
        import os
        f = open('big', 'wb')
        for i in range(100): n = f.write(bytes([i]) * 10000)
        f.close()
        print(os.stat('big')[6], list(os.ilistdir()))
        f = open('big', 'rb')
        n = f.seek(555555)
        print(f.read(2))
        """
    assert raw.run(program) == "1000000 [('big', 32768, 0, 1000000)]\nb'77'\n"


def test_file_operations_and_their_errors(raw):
    program = """
        import os
        os.mkdir('d')
        f = open('d/a', 'w'); f.write('1'); f.close()
        os.rename('d/a', 'd/b')
        print(os.listdir('d'), os.stat('d')[0] == 0x4000, os.getcwd())
        os.chdir('d')
        print(open('b').read(), os.getcwd())
        os.chdir('/')
        """
    assert raw.run(program) == "['b'] True /\n1 /d\n"
    for operation, error in (
        ("open('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.mkdir('d')", "OSError: [Errno 17] EEXIST"),
        ("open('d')", "OSError: [Errno 21] EISDIR"),
        ("os.listdir('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.remove('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.stat('nothing')", "OSError: [Errno 2] ENOENT"),
    ):
        assert raw.fails("import os\n" + operation) == error, operation


@pytest.mark.parametrize("turns", [3000])
def test_nothing_in_use_is_collected(raw, turns):
    """Objects that only a local of the runtime refers to while a collection happens (see spill.py)."""
    program = f"""
import gc
gc.threshold(2000)
class Node:
    def __init__(self, n, rest): self.n, self.rest = n, rest
def build(n): return Node([n, str(n)], None if n == 0 else build(n - 1))
def total(node): return 0 if node is None else int(node.n[1]) + total(node.rest)
for turn in range({turns // 10}):
    assert total(build(20)) == 210
    assert sum([int(x) for x in ','.join([str(i) for i in range(50)]).split(',')]) == 1225
    assert sorted(['%05d' % (i * 7919 % 1000) for i in range(40)], key=lambda s: s[4:] + s)[0].endswith('0')
    d = {{str(i): [i] * 3 for i in range(30)}}
    assert sum([v[1] for v in d.values()]) == 435
    assert (b'%d' % turn) + bytearray(100) == (b'%d' % turn) + bytes(100)
    def gen():
        for i in range(10): yield [i] * 10
    assert sum([g[0] for g in gen()]) == 45
    try: raise ValueError('a' + str(turn), [turn])
    except ValueError as e: assert e.args[1] == [turn]
print('whole')
"""
    assert raw.run(program) == "whole\n"


def test_collections_amid_timers_keep_everything(raw):
    program = """
import gc
from machine import Timer
gc.threshold(1000)
log = []
def tick(t): log.append([len(log), 'x' * 20])
t = Timer(0, period=1, callback=tick)
while len(log) < 100: [str(i) for i in range(50)]
t.deinit()
print(all([entry[0] == i and entry[1] == 'x' * 20 for i, entry in enumerate(log)]))
"""
    assert raw.run(program) == "True\n"
