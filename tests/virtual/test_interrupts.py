"""Ctrl-C, Ctrl-D, resets, and a plug that is pulled."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "busy",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        "import time\nwhile True: time.sleep_ms(1)",
        "input()",
        "import sys\nsys.stdin.read(1)",
        "import machine\nmachine.lightsleep(1000000)",
        "import asyncio\nasyncio.run(asyncio.sleep(1000))",
        "import select, sys\np = select.poll()\np.register(sys.stdin, select.POLLIN)\np.poll(1000000)",
    ],
)
def test_ctrl_c_ends_whatever_runs(raw, busy):
    raw.begin("print('begun')\n" + busy)
    raw.expect("begun")
    raw.send("\x03")
    _output, error = raw.end()
    assert error.endswith("KeyboardInterrupt: \n")
    assert "/.board/" not in error
    assert raw.run("print('fine')") == "fine\n"


def test_a_program_may_catch_ctrl_c(raw):
    raw.begin("""
        try:
          print('begun')
          while True: pass
        except KeyboardInterrupt: print('caught')
        """)
    raw.expect("begun")
    raw.send("\x03")
    assert raw.end() == ("\ncaught\n", "")


def test_a_program_may_take_ctrl_c_as_a_character(raw):
    raw.begin(
        """
        import micropython, sys
        micropython.kbd_intr(-1)
        print('begun')
        print(repr(sys.stdin.read(1)))
        """
    )
    raw.expect("begun")
    raw.send("\x03")
    assert raw.end()[0] == "\n'\\x03'\n"


def test_soft_reset_runs_boot_and_main(plug):
    terminal = plug()
    terminal.raw()
    terminal.run(
        """
        f = open('boot.py', 'w'); f.write('print("booting")'); f.close()
        f = open('main.py', 'w'); f.write('print("running"); x = 5'); f.close()
        """
    )
    terminal.send("\x02")
    terminal.expect(">>> ")
    terminal.send("\x04")
    seen = terminal.expect(">>> ")
    assert b"MPY: soft reboot\r\nbooting\r\nrunning\r\nMicroPython " in seen
    terminal.send("x\r")  # main.py and the prompt share their names
    terminal.expect("\r\n5\r\n")


def test_soft_reset_at_the_raw_prompt_leaves_main_out(raw):
    raw.run("f = open('main.py', 'w'); f.write('print(\"running\")'); f.close()\nx = 1")
    raw.send("\x04")
    seen = raw.expect("raw REPL; CTRL-B to exit\r\n>")
    assert seen == b"OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>"
    assert raw.fails("x") == "NameError: name 'x' isn't defined"


def test_a_broken_main_leaves_the_prompt(plug):
    terminal = plug()
    terminal.raw()
    terminal.run("f = open('main.py', 'w'); f.write('\\n1/0'); f.close()")
    terminal.send("\x02")
    terminal.expect(">>> ")
    terminal.send("\x04")
    assert b'File "main.py", line 2, in <module>' in terminal.expect(">>> ")


def test_ctrl_c_stops_an_endless_main(plug):
    terminal = plug()
    terminal.raw()
    terminal.run("f = open('main.py', 'w'); f.write('print(\"running\")\\nwhile True: pass'); f.close()")
    terminal.board.reset()
    terminal.expect("running")
    terminal.send("\x03")
    assert b"KeyboardInterrupt" in terminal.expect(">>> ")


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        ("machine.reset()", "HARD_RESET"),
        ("machine.soft_reset()", "SOFT_RESET"),
        ("machine.deepsleep(1)", "DEEPSLEEP_RESET"),
        ("w = machine.WDT(timeout=50)\nwhile True: pass", "WDT_RESET"),
        ("w = machine.WDT(timeout=50)\nimport time\ntime.sleep(100)", "WDT_RESET"),
        ("import sys\nsys.exit()", "SOFT_RESET"),
    ],
)
def test_resets_and_their_cause(plug, program, cause):
    terminal = plug()
    terminal.send("import machine\r")
    terminal.expect(">>> ")
    terminal.send("\x05")
    terminal.expect("=== ")
    terminal.send(program.replace("\n", "\r") + "\r\x04")
    terminal.expect("MicroPython ")
    terminal.expect(">>> ")
    terminal.send(f"import machine; print(machine.reset_cause() == machine.{cause}, 'program' in dir())\r")
    terminal.expect("True False\r\n")


def test_a_fed_watchdog_does_nothing(raw):
    program = """
        import machine, time
        w = machine.WDT(timeout=500)
        for _ in range(30):
          time.sleep_ms(20)
          w.feed()
        """
    assert raw.run(program + "print('alive')") == "alive\n"


def test_the_clock_memory_survives_a_reset_from_inside(plug):
    terminal = plug()
    terminal.raw()
    terminal.run("import machine\nmachine.RTC().memory(b'\\x00remember')")
    terminal.send("\x02")
    terminal.expect(">>> ")
    terminal.send("machine.reset()\r")
    terminal.expect("MicroPython ")
    terminal.expect(">>> ")
    terminal.raw()
    assert terminal.run("import machine\nprint(machine.RTC().memory())") == "b'\\x00remember'\n"


def test_unplugged_in_the_middle_of_anything(plug):
    for program in (
        "while True: print('x' * 100)",
        "while True: pass",
        "import time\ntime.sleep(100)",
        "input()",
    ):
        terminal = plug()
        terminal.raw()
        terminal.begin("print('begun')\n" + program)
        terminal.expect("begun")
        terminal.board.close()
        assert not terminal.board._thread.is_alive()


def test_a_board_that_floods_waits_for_its_reader(raw):
    raw.begin("for i in range(15000): print(i)")
    assert raw.end()[0].split() == [str(number) for number in range(15000)]


def test_a_slow_line_carries_everything(plug):
    terminal = plug(baud=115200)
    terminal.raw()
    assert terminal.run("print('x' * 1000)") == "x" * 1000 + "\n"


def test_ctrl_c_in_the_moment_a_program_ends(raw):
    """Interrupted at its end or not: the protocol stays whole, and the board alive."""
    for number in range(200):
        raw.begin(f"print({number})")
        raw.send("\x03")
        output, error = raw.end()
        assert output in (f"{number}\n", "") and (not error or "KeyboardInterrupt" in error)
    assert raw.run("print('fine')") == "fine\n"


def test_ctrl_c_at_an_input_that_takes_it_as_a_character(raw):
    raw.begin("import micropython\nmicropython.kbd_intr(-1)\ninput('Who? ')")
    raw.expect("Who? ")
    raw.send("\x03")
    assert "KeyboardInterrupt" in raw.end()[1]
