"""virtual:microbit-v2: what a program finds on it, in the genuine runtime."""

from __future__ import annotations

import re
import threading

import pytest

from makerlab.boards import catalogue
from makerlab.connect import connect
from makerlab.errors import BadAddress, UsageProblem
from makerlab.experiment.find import find
from makerlab.experiment.run import prepare, start
from makerlab.link import open_link
from makerlab.virtual.profile import MICROBIT_V2
from makerlab.virtual.scene import Scene, load

HEART = "0909099999999990999000900"
SAD = "0000009090000000999090009"
MODULES = (
    "__main__ antigravity array audio builtins collections errno gc log love machine math microbit "
    "micropython music neopixel os power radio random speech struct sys this time"
)
PATIENCE_S = 20.0
"""Far more than it takes; only a broken test waits so long."""


def see(text: str) -> Scene:
    return next(iter(load("s:\n" + "\n".join("  " + line for line in text.splitlines()), "s.yaml").values()))


@pytest.fixture(scope="module")
def steady(plug_for_all):
    """One board for all tests here that leave nothing behind; in a scene where nothing changes."""
    scene = see(
        "quantities:\n"
        "  temperature_c: [{constant: 21}]\n"
        "  light_lux: [{constant: 320}]\n"
        "  sound_db: [{constant: 80}]\n"
        "  acceleration_x_mg: [{constant: 100}]\n"
        "  acceleration_y_mg: [{constant: -50}]\n"
        "  acceleration_z_mg: [{constant: 1000}]\n"
        "  magnetic_x_ut: [{constant: 0}]\n"
        "  magnetic_y_ut: [{constant: -20}]\n"
        "  voltage_mv: [{constant: 1650}]\n"
        "  touch: [{constant: 1}]\n"
        "  button_b: [{constant: 1}]\n"
        "wiring: {P1: voltage_mv}"
    )
    return plug_for_all(profile=MICROBIT_V2, scene=scene)


@pytest.fixture
def raw(steady):
    """At its raw prompt, after a soft reset."""
    steady.raw()
    steady.send("\x04")
    steady.expect("raw REPL; CTRL-B to exit\r\n>")
    steady.run("from microbit import *")
    return steady


def start_again(terminal) -> None:
    """From the raw prompt through a soft reset with main.py to whatever it does."""
    terminal.send("\x02")
    terminal.expect(">>> ")
    terminal.send("\x04")
    terminal.expect("soft reboot\r\n")


# -- what it says it is ----------------------------------------------------------------------------------


def test_it_is_recognised_as_a_micro_bit_v2(raw):
    said = raw.run(
        "import os, sys\nprint(sys.platform)\nprint(os.uname().machine)\nprint(os.uname().release)"
    )
    platform, machine, release = said.splitlines()
    board = catalogue().recognise(platform, machine)
    assert board is catalogue().boards["microbit-v2"]
    assert "virtual" in machine
    assert release == "2.1.2"


def test_its_modules_are_a_micro_bits(raw):
    shown = set(raw.run("help('modules')").split("Plus")[0].split())
    assert shown == set(MODULES.split())
    for name in ("binascii", "hashlib", "json", "io", "re", "select", "vfs", "host", "asyncio", "network"):
        assert raw.fails(f"import {name}") == f"ImportError: no module named '{name}'"


def test_a_program_has_a_micro_bits_memory(raw):
    free = int(raw.run("import gc\ngc.collect()\nprint(gc.mem_free())"))
    assert 58_000 < free < 66_000
    assert raw.fails("b = bytearray(70000)").startswith("MemoryError")


def test_at_the_prompt_the_module_is_there(plug):
    terminal = plug(profile=MICROBIT_V2)
    terminal.send("display.is_on()\r")
    assert terminal.expect(">>> ").endswith(b"True\r\n>>> ")


def test_error_numbers(raw):
    assert raw.run("import errno\nprint(errno.ENOENT, errno.ENODEV, errno.ETIMEDOUT)") == "2 19 110\n"


# -- files -----------------------------------------------------------------------------------------------


def test_a_flat_file_system(raw):
    program = """
        import os
        with open('a.txt', 'w') as f: print(f.write('one\\ntwo\\n'), f.name(), f.writable())
        with open('a.txt') as f: print(repr(f.readline()), repr(f.read(1)), repr(f.read()), repr(f.read()))
        with open('a.txt', 'rb') as f: print(f.read())
        open('/a/b', 'wb').close()
        print(os.listdir(), os.size('a.txt'), os.stat('a.txt'), list(os.ilistdir())[1])
        os.remove('a.txt'); os.remove('/a/b')
        print(os.listdir(), [name for name in ('rename', 'mkdir', 'statvfs') if hasattr(os, name)])
        """
    assert raw.run(program).splitlines() == [
        "8 a.txt True",
        "'one\\n' 't' 'wo\\n' ''",
        "b'one\\ntwo\\n'",
        "['a.txt', '/a/b'] 8 (32768, 0, 0, 0, 0, 0, 8, 0, 0, 0) ('/a/b', 32768, 0)",
        "[] []",
    ]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("os.listdir('/')", "TypeError"),
        ("open('a', 'a')", "ValueError: illegal mode"),
        ("open('a', 'r+')", "ValueError: illegal mode"),
        ("open('none')", "OSError: [Errno 2] ENOENT"),
        ("open('/main.py')", "OSError: [Errno 2] ENOENT"),
        ("open('n' * 121, 'w')", "OSError: [Errno 2] ENOENT"),
        ("open('文' * 41, 'w')", "OSError: [Errno 2] ENOENT"),
        ("os.remove('none')", "OSError: [Errno 2] ENOENT"),
        ("os.size('none')", "OSError: [Errno 2] ENOENT"),
        ("open('main.py').write('x')", "OSError: [Errno 9] EBADF"),
        ("[line for line in open('main.py')]", "TypeError"),
    ],
)
def test_what_files_refuse(raw, code, error):
    raw.run("import os\nopen('main.py', 'w').close()")
    assert raw.fails(code).startswith(error)
    raw.run("os.remove('main.py')")


def test_a_full_file_system(raw):
    program = """
        import os
        def fill(name, size):
          f = open(name, 'wb')
          while size:
            size -= f.write(b'x' * min(50, size))
          f.close()
        fill('main.py', 20150)
        print(os.size('main.py'))
        os.remove('main.py')
        try: fill('main.py', 20151)
        except OSError as e: print(e.errno, os.listdir())
        for i in range(160): fill(str(i), 0)
        try: fill('one', 0)
        except OSError as e: print(e.errno, len(os.listdir()))
        for name in os.listdir(): os.remove(name)
        """
    assert raw.run(program).splitlines() == ["20150", "28 []", "28 160"]


# -- programs that start by themselves -------------------------------------------------------------------


def test_main_py_runs_and_its_error_is_seen_on_the_display(plug):
    terminal = plug(profile=MICROBIT_V2)
    terminal.raw()
    terminal.run("f = open('main.py', 'w')\nf.write('print(1)\\nx = nothing\\n')\nf.close()")
    screen, sad = terminal.board.hardware.screen, threading.Event()
    screen.on_change = lambda: sad.set() if screen.pixels == SAD else None
    start_again(terminal)
    terminal.expect("NameError: name 'nothing' isn't defined\r\n")
    assert sad.wait(PATIENCE_S)
    terminal.send("\x03")  # the message would run through the display until its end
    terminal.expect(">>> ")


def test_sys_exit_in_main_py_leads_to_the_prompt(plug):
    terminal = plug(profile=MICROBIT_V2)
    terminal.raw()
    terminal.run("f = open('main.py', 'w')\nf.write('print(\"once\")\\nraise SystemExit\\n')\nf.close()")
    start_again(terminal)
    assert terminal.expect(">>> ").count(b"once") == 1


# -- display and images ----------------------------------------------------------------------------------


def test_the_display_can_be_looked_at(raw):
    screen = raw.board.hardware.screen
    raw.run("display.show(Image.HEART)")
    assert screen.pixels == HEART
    raw.run("display.set_pixel(0, 0, 5)")
    assert screen.pixels == "5" + HEART[1:]
    assert raw.run("print(display.get_pixel(0, 0), display.get_pixel(1, 0))") == "5 9\n"
    raw.run("display.off()")
    assert screen.pixels == "0" * 25
    raw.run("display.on()\ndisplay.show('A')")
    assert screen.pixels == "0990090090999909009090090"
    raw.run("display.show(Image('12:3'))")
    assert screen.pixels == "1200030000" + "0" * 15
    raw.run("display.clear()")
    assert screen.pixels == "0" * 25


def test_frames_one_after_the_other(raw):
    screen = raw.board.hardware.screen
    seen: list[str] = []
    screen.on_change = lambda: seen.append(screen.pixels)
    raw.run("display.show([Image.HEART, Image.NO], delay=1, clear=True)")
    assert seen == [HEART, "9000909090009000909090009", "0" * 25]
    seen.clear()
    raw.run("display.scroll('I', delay=1)")
    column = [frame[:5] for frame in seen]
    assert column == ["00009", "00099", "00999", "09990", "99900", "99000", "90000", "00000"]


def test_an_animation_in_the_background(raw):
    screen = raw.board.hardware.screen
    seen: set[str] = set()
    screen.on_change = lambda: seen.add(screen.pixels)
    raw.run("display.show([Image.HEART, Image.NO], delay=1, wait=False, loop=True)\nsleep(50)")
    assert seen == {HEART, "9000909090009000909090009"}
    raw.run("display.clear()\nsleep(5)")
    assert screen.pixels == "0" * 25


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Image('90:09')", "Image('90:09:')"),
        ("Image(2, 2, b'\\1\\2\\3\\20')", "Image('12:39:')"),
        ("Image.ARROW_N.crop(1, 1, 3, 2)", "Image('999:090:')"),
        ("Image.YES.shift_left(2)", "Image('00000:00900:09000:90000:00000:')"),
        ("Image.HEART.invert()", "Image('90909:00000:00000:90009:99099:')"),
        ("Image.HEART * 0.5", "Image('05050:55555:55555:05550:00500:')"),
        ("Image.HEART - Image.HAPPY", "Image('09090:90909:99999:09990:00000:')"),
        ("(len(Image.ALL_CLOCKS), Image.ALL_CLOCKS[0] is Image.CLOCK12)", "(12, True)"),
        ("Image.SCISSORS.width()", "5"),
    ],
)
def test_images(raw, expression, value):
    assert raw.run(f"print(repr({expression}))") == value + "\n"


def test_built_in_images_stay_as_they_are(raw):
    assert raw.fails("Image.HEART.set_pixel(0, 0, 1)") == (
        "TypeError: image cannot be modified (try copying first)"
    )
    assert raw.fails("Image('x0')") == "ValueError: unexpected character in Image definition"


# -- sensors ---------------------------------------------------------------------------------------------


def test_sensors_see_the_scene(raw):
    program = """
        print(temperature(), display.read_light_level(), microphone.sound_level())
        print(accelerometer.get_values(), accelerometer.get_z(), accelerometer.get_strength())
        print(compass.is_calibrated(), compass.heading(), compass.is_calibrated(), compass.get_y())
        print(pin1.read_analog(), pin_logo.is_touched(), pin1.is_touched())
        print(button_a.is_pressed(), button_b.is_pressed())
        print(pin5.read_digital(), pin11.read_digital(), pin8.read_digital())
        """
    assert raw.run(program).splitlines() == [
        "24 140 177",
        "(-100, 50, -1000) -1000 1006",
        "False 90 True -20000",
        "512 True False",
        "False True",
        "1 0 0",
    ]


def test_presses_are_counted_while_the_program_is_busy(plug):
    terminal = plug(
        profile=MICROBIT_V2,
        scene=see("quantities:\n  button: [{pulse: {height: 1, every_s: 0.2, for_s: 0.1}}]"),
    )
    terminal.raw()
    program = """
        from microbit import *
        button_a.get_presses()
        sleep(610)
        print(button_a.get_presses(), button_a.was_pressed(), button_a.was_pressed(), button_b.was_pressed())
        """
    assert terminal.run(program).replace("4", "3") == "3 True False False\n"


def test_gestures(plug):
    terminal = plug(
        profile=MICROBIT_V2,
        scene=see("quantities:\n  acceleration_x_mg: [{sine: {amplitude: 2000, period_s: 0.12}}]"),
    )
    terminal.raw()
    program = """
        from microbit import *
        sleep(600)
        print(accelerometer.was_gesture('shake'), accelerometer.is_gesture('shake'))
        print(accelerometer.was_gesture('freefall'))
        """
    assert terminal.run(program) == "True True\nFalse\n"
    assert terminal.fails("accelerometer.was_gesture('jump')") == "ValueError: invalid gesture"


def test_a_board_at_rest_lies_face_up(raw):
    program = (
        "print(accelerometer.current_gesture(), accelerometer.get_gestures(), accelerometer.get_gestures())"
    )
    assert raw.run(program) == "face up ('face up',) ()\n"


def test_loud_and_quiet(raw):
    program = """
        sleep(50)
        print(microphone.current_event())
        print(microphone.was_event(SoundEvent.LOUD), microphone.was_event(SoundEvent.QUIET))
        microphone.set_threshold(SoundEvent.QUIET, 200)
        microphone.set_threshold(SoundEvent.LOUD, 250)
        sleep(50)
        print(microphone.get_events())
        """
    assert raw.run(program) == "SoundEvent('loud')\nTrue False\n(SoundEvent('quiet'),)\n"


def test_soldered_sensors_have_no_loose_wires(plug):
    terminal = plug(
        profile=MICROBIT_V2,
        scene=see("quantities:\n  acceleration_x_mg: [{constant: 5}, {unplugged: {from_s: 0}}]"),
    )
    terminal.raw()
    assert terminal.run("from microbit import *\nprint(accelerometer.get_x())") == "-5\n"


# -- pins and buses --------------------------------------------------------------------------------------


def test_pins_have_modes(raw):
    program = """
        pin0.write_digital(1)
        print(pin0.get_mode(), pin0.read_digital(), pin0.get_mode())
        pin0.set_pull(pin0.PULL_UP)
        print(pin0.read_digital(), pin0.get_pull() == pin0.PULL_UP)
        print(pin3.get_mode(), pin5.get_mode(), pin19.get_mode(), hasattr(pin8, 'read_analog'))
        """
    assert raw.run(program) == "write_digital 0 read_digital\n1 True\ndisplay button i2c False\n"
    assert raw.fails("pin3.write_digital(1)") == "ValueError: Pin 3 in display mode"
    assert raw.fails("pin0.write_digital(2)") == "ValueError: value must be 0 or 1"
    assert raw.fails("pin0.write_analog(1024)") == "ValueError: value must be between 0 and 1023"


def test_chips_on_its_buses(raw):
    program = """
        i2c.init()
        print(0x68 in i2c.scan())
        i2c.write(0x68, b'\\x75', repeat=True)
        print(i2c.read(0x68, 1))
        spi.init(baudrate=1000000)
        print(len(spi.read(2)))
        """
    assert raw.run(program) == "True\nb'h'\n2\n"
    assert raw.fails("i2c.read(0x09, 1)") == "OSError: [Errno 19] ENODEV"


def test_the_serial_line_is_the_prompts_own(raw):
    raw.begin(
        """
        print(uart.any(), uart.read())
        print('ready')
        while not uart.any(): pass
        line = b''
        while not line.endswith(b'\\n'): line += uart.read(3) or b''
        print(line, uart.write('out\\n'))
        """
    )
    assert raw.expect("ready\r\n") == b"False None\r\nready\r\n"
    raw.send("hello\n")
    assert raw.end()[0] == "out\nb'hello\\n' 4\n"


def test_a_line_led_to_other_pins_is_gone_until_reset(plug):
    terminal = plug(profile=MICROBIT_V2)
    terminal.send("uart.init(9600, tx=pin0, rx=pin1)\r1+1\r")
    terminal.expect("rx=pin1)\r\n")
    terminal.board.reset()
    assert b"2\r\n" not in terminal.expect(">>> ")
    terminal.send("2+3\r")
    assert b"5\r\n" in terminal.expect(">>> ")


# -- time ------------------------------------------------------------------------------------------------


def test_run_every_runs_while_the_program_sleeps(raw):
    program = """
        count = 0
        @run_every(ms=20)
        def tick():
          global count
          count += 1
        begun = running_time()
        sleep(210)
        print(count >= 5, running_time() - begun >= 210)
        """
    assert raw.run(program) == "True True\n"
    assert raw.fails("run_every(lambda: 0)") == "ValueError: invalid period"


def test_time_is_without_a_date(raw):
    assert (
        raw.run("import time, utime\nprint(hasattr(time, 'time'), hasattr(utime, 'ticks_us'))")
        == "False True\n"
    )


def test_ctrl_c_ends_what_waits(raw):
    raw.begin("print('begun')\ndisplay.scroll('for ever', loop=True)")
    raw.expect("begun")
    raw.send("\x03")
    assert "KeyboardInterrupt" in raw.end()[1]


# -- what nobody hears -----------------------------------------------------------------------------------


def test_silent_modules_keep_their_time(raw):
    program = """
        import music, speech, audio, log, power, radio
        music.set_tempo(bpm=60000, ticks=1)
        begun = running_time()
        music.play(['c4:10', 'r', 'd#:20'])
        audio.play(audio.SoundEffect(duration=20))
        print(running_time() - begun >= 60, music.get_tempo(), music.BIRTHDAY[0])
        music.play(music.ODE, wait=False, loop=True)
        print(audio.is_playing())
        music.stop()
        radio.config(group=7)
        print(audio.is_playing(), radio.send('hello'), radio.receive())
        log.set_mirroring(True)
        log.set_labels('t', timestamp=None)
        log.add(t=3)
        log.add({'t': 4, 'x': 5})
        begun = running_time()
        power.deep_sleep(ms=20)
        print(running_time() - begun >= 20)
        """
    assert raw.run(program).splitlines() == [
        "True (60000, 1) c4:3", "True", "False None None", "t", "3", "t,x", "4,5", "True",
    ]  # fmt: skip
    assert raw.fails("radio.config(channel=84)") == "ValueError: value out of range for argument 'channel'"


def test_every_name_of_music_can_be_imported_at_once(raw):
    assert raw.run("from music import *\nprint(len(PYTHON), get_tempo())") == "79 (120, 4)\n"


# -- the line, and how the host uses it ------------------------------------------------------------------


def test_no_byte_is_lost_on_a_line_as_slow_as_a_cable():
    with connect("virtual:microbit-v2?fresh=1&baud=115200") as connection:
        assert connection.board.key == "microbit-v2"
        assert connection.session.pace.raw_paste
        program = "total = 0\n" + "total += 1  # a line of a program\n" * 80 + "print(total)\n"
        assert connection.session.exec(program) == b"80\r\n"
        assert connection.session.link._board.uart.lost == 0


@pytest.mark.parametrize("name", ["thermometer", "light", "motion"])
def test_experiments_run_in_its_memory(name):
    experiment, folder = find(name)
    with connect("virtual:microbit-v2?fresh=1") as connection:
        prepared = prepare(experiment, folder, connection.board)
        program = start(connection.session, prepared, connection.board.limits)
        heard = b""
        while not re.search(rb"^3 \d.*\n", heard, re.MULTILINE):
            assert not program.ended, heard
            heard += program.read(1.0).data
        program.stop()
    assert heard.startswith(b"#K1 b=microbit-")


def test_two_windows_of_raw_paste_at_once_are_too_much_for_its_buffer(plug):
    terminal = plug(profile=MICROBIT_V2, baud=115200)
    terminal.raw()
    terminal.begin("sleep(100)\nprint('end')")
    terminal.send("x" * 256)
    terminal.expect("end")
    assert terminal.board.uart.lost == 256 - MICROBIT_V2.rx_bytes


def test_the_display_is_offered_where_it_is_asked_for():
    with open_link("virtual:microbit-v2?fresh=1&display=1") as link:
        assert link.display is not None and link.display() == "0" * 25
    with open_link("virtual:microbit-v2?fresh=1") as link:
        assert link.display is None
    with pytest.raises(UsageProblem):
        open_link("virtual:esp32?fresh=1&display=1")
    with pytest.raises(BadAddress):
        open_link("virtual:microbit-v2?fresh=1&display=yes")
