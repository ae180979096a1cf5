"""machine, esp32, dht, onewire ...: a board's hardware as a program sees it."""

from __future__ import annotations

import pytest

from makerlab.boards import catalogue
from makerlab.virtual.scene import load

PINS = catalogue().boards["esp32"].pins.values()


def see(text: str):
    """A scene out of the lines under a scene's name."""
    lines = "\n".join(f"  {line}" for line in text.strip().splitlines())
    return load(f"test:\n{lines}\n", "test.yaml")["test"]


def test_every_pin_of_boards_yaml_is_there_and_no_other(raw):
    program = """
        from machine import Pin
        def there(n):
          try: Pin(n)
          except ValueError: return False
          return True
        """
    found = raw.run(program + "print([n for n in range(64) if there(n)])")
    assert found.strip() == str(sorted(pin.gpio for pin in PINS if pin.gpio is not None))


def test_adc_is_where_boards_yaml_says(raw):
    program = """
        from machine import ADC, Pin
        def can(n):
          try: ADC(Pin(n))
          except ValueError: return False
          return True
        """
    found = raw.run(program + "print([n for n in range(64) if can(n)])")
    assert found.strip() == str(sorted(pin.gpio for pin in PINS if pin.gpio is not None and "adc" in pin.can))


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("Pin(99)", "ValueError: invalid pin"),
        ("Pin('X')", "ValueError: invalid pin"),
        ("Pin(34, Pin.OUT)", "ValueError: pin can only be input"),
        ("ADC(Pin(22))", "ValueError: invalid pin"),
        ("PWM(Pin(34))", "ValueError: pin can only be input"),
        ("PWM(Pin(4), freq=0)", "ValueError: frequency must be from 1Hz to 40MHz"),
        ("I2C(7)", "ValueError: I2C(7) doesn't exist"),
        ("I2C(0).readfrom(1, 1)", "OSError: [Errno 19] ENODEV"),
        ("I2C(0).writeto(1, b'x')", "OSError: [Errno 19] ENODEV"),
        ("Timer(9)", "ValueError: invalid Timer number"),
        ("freq(1)", "ValueError: frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz"),
    ],
)
def test_errors_of_an_esp32(raw, program, error):
    raw.begin("from machine import *\n" + program)
    traceback = raw.end()[1]
    assert (
        traceback == f'Traceback (most recent call last):\n  File "<stdin>", line 2, in <module>\n{error}\n'
    )


def test_a_pin_keeps_its_level(raw):
    program = """
        from machine import Pin, Signal
        p = Pin(2, Pin.OUT, value=1)
        print(p, p(), p is Pin(2))
        p.off()
        print(p.value())
        p.toggle()
        print(p.value())
        Signal(p, invert=True).on()
        print(p())
        b = Pin(4, Pin.IN, Pin.PULL_UP)
        print(b(), Pin(4, Pin.IN, Pin.PULL_DOWN)())
        """
    assert raw.run(program) == "Pin(2) 1 True\n0\n1\n0\n1 0\n"


def test_pin_interrupts(raw):
    program = """
        from machine import Pin
        import time
        p = Pin(14, Pin.OUT)
        seen = []
        p.irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
        for level in (1, 0, 1):
          p(level)
          while len(seen) and seen[-1] != level: pass
        while not seen: pass
        p.irq(None)
        p.off()
        print(seen, seen[-1])
        """
    assert raw.run(program).strip().endswith(" 1")


def test_a_button_of_the_scene_interrupts(plug):
    scene = see(
        'quantities:\n  button: [{pulse: {height: 1, every_s: 0.2, for_s: 0.1}}]\nwiring: {"4": button}'
    )
    terminal = plug(scene=scene)
    terminal.raw()
    program = """
        from machine import Pin
        seen = []
        p = Pin(4, Pin.IN, Pin.PULL_UP)
        p.irq(lambda pin: seen.append(1), Pin.IRQ_FALLING)
        while len(seen) < 2: pass
        print('pressed')
        """
    assert terminal.run(program) == "pressed\n"


def test_timers_call_while_the_program_computes(raw):
    program = """
        from machine import Timer
        n = 0
        def tick(t):
          global n
          n += 1
        t = Timer(0, period=2, mode=Timer.PERIODIC, callback=tick)
        while n < 20: pass
        t.deinit()
        print(t, n >= 20)
        once = []
        Timer(1, period=1, mode=Timer.ONE_SHOT, callback=once.append)
        while not once: pass
        print(once)
        """
    assert raw.run(program) == "Timer(0) True\n[Timer(1)]\n"


def test_more_events_at_once_than_the_queue_holds(raw):
    program = """
        from machine import Timer
        done = set()
        note = lambda source: done.add(str(source))
        timers = [Timer(n, period=5, mode=Timer.ONE_SHOT, callback=note) for n in range(-1, 4)]
        from machine import Pin
        pins = [Pin(n, Pin.OUT) for n in (13, 14, 18, 19)]
        for p in pins: p.irq(note, Pin.IRQ_RISING)
        for p in pins: p.on()
        while len(done) < 9: pass
        print(len(done))
        """
    assert raw.run(program) == "9\n"


def test_a_timer_ends_with_its_program(raw):
    raw.run("from machine import Timer\nt = Timer(0, period=1, callback=lambda t: print('tick'))")
    raw.send("\x04")
    raw.expect("raw REPL; CTRL-B to exit\r\n>")
    assert "tick" not in raw.run("import time\ntime.sleep_ms(30)\nprint('quiet')")


def test_an_error_in_an_interrupt_is_shown_and_survived(raw):
    raw.begin(
        """
        from machine import Timer
        import time
        t = Timer(0, period=1, mode=Timer.ONE_SHOT, callback=lambda t: 1/0)
        time.sleep_ms(20)
        print('on')
        """
    )
    output, error = raw.end()
    assert "ZeroDivisionError" in output + error
    assert raw.run("print('fine')") == "fine\n"


def test_voltages(plug):
    scene = see('quantities:\n  voltage_mv: [{constant: 1200}]\nwiring: {"34": voltage_mv}')
    terminal = plug(scene=scene)
    terminal.raw()
    program = """
        from machine import ADC, Pin
        a = ADC(Pin(34), atten=ADC.ATTN_11DB)
        print(a.read_uv(), a.read())
        a.width(ADC.WIDTH_9BIT)
        print(a.read(), a.read_u16())
        a = ADC(34)
        print(a.read(), a.read_u16(), a.read_uv() < 1200000)
        """
    assert terminal.run(program) == "1200000 1489\n186 23854\n4095 65535 True\n"


def test_an_mpu6050_over_its_registers(plug):
    scene = see(
        "quantities:\n  acceleration_x_mg: [{constant: 250}]\n  acceleration_y_mg: [{constant: -500}]\n"
        "  acceleration_z_mg: [{constant: 1000}]"
    )
    terminal = plug(scene=scene)
    terminal.raw()
    program = """
        from machine import I2C, SoftI2C, Pin
        import struct
        for bus in (I2C(0), SoftI2C(Pin(22), Pin(21))):
          print(0x68 in bus.scan(), bus.readfrom_mem(0x68, 0x75, 1))
          bus.writeto_mem(0x68, 0x6b, b'\\0')
          b = bytearray(6)
          bus.readfrom_mem_into(0x68, 0x3b, b)
          print(struct.unpack('>3h', b))
          bus.writeto(0x68, b'\\x3b', False)
          print(struct.unpack('>3h', bus.readfrom(0x68, 6)))
        bus.writeto_mem(0x68, 0x1c, b'\\x18')
        print(struct.unpack('>3h', bus.readfrom_mem(0x68, 0x3b, 6)))
        """
    each = "True b'h'\n(4096, -8192, 16384)\n(4096, -8192, 16384)\n"
    assert terminal.run(program) == each + each + "(512, -1024, 2048)\n"


def test_dht_and_probes(plug):
    scene = see(
        "quantities:\n  temperature_c: [{constant: -3.5}]\n  humidity_percent: [{constant: 61.2}]\n"
        "  probe_temperature_c: [{constant: -10.125}]\n  probe_2_temperature_c: [{constant: 60}]"
    )
    terminal = plug(scene=scene)
    terminal.raw()
    program = """
        import dht, ds18x20, onewire, time
        from machine import Pin
        d = dht.DHT22(Pin(4))
        d.measure()
        print('%.1f %.1f' % (d.temperature(), d.humidity()))
        o = ds18x20.DS18X20(onewire.OneWire(Pin(5)))
        roms = o.scan()
        print([o.read_temp(rom) for rom in roms])
        o.convert_temp()
        time.sleep_ms(751)
        print([o.read_temp(rom) for rom in roms])
        """
    assert terminal.run(program) == "-3.5 61.2\n[85.0, 85.0]\n[-10.125, 60.0]\n"


def test_an_echo_needs_its_trigger(plug):
    terminal = plug(scene=see("quantities:\n  distance_mm: [{constant: 343}]"))
    terminal.raw()
    program = """
        from machine import Pin, time_pulse_us
        t = Pin(5, Pin.OUT)
        e = Pin(18, Pin.IN)
        print(time_pulse_us(e, 1, 1000))
        t.on()
        t.off()
        print(time_pulse_us(e, 1, 30000))
        t.on()
        t.off()
        print(time_pulse_us(e, 1, 1000))
        """
    assert terminal.run(program) == "-2\n2000\n-1\n"


def test_nothing_connected_looks_like_it(plug):
    terminal = plug(scene=see("unplugged: [i2c, dht, onewire, echo]"))
    terminal.raw()
    assert terminal.run("from machine import I2C\nprint(I2C(0).scan())") == "[]\n"
    assert terminal.fails("import dht\nfrom machine import Pin\ndht.DHT11(Pin(4)).measure()") == (
        "OSError: [Errno 116] ETIMEDOUT"
    )
    program = """
        import ds18x20, onewire
        from machine import Pin
        print(ds18x20.DS18X20(onewire.OneWire(Pin(4))).scan())
        """
    assert terminal.run(program) == "[]\n"


def test_the_real_time_clock(raw):
    program = """
        from machine import RTC
        import time
        print(time.localtime()[:3])
        RTC().datetime((2026, 9, 1, 0, 8, 30, 15, 0))
        print(RTC().datetime()[:7], time.localtime()[:6], time.time() - 841566615 < 2)
        """
    assert raw.run(program) == "(2000, 1, 1)\n(2026, 9, 1, 1, 8, 30, 15) (2026, 9, 1, 8, 30, 15) True\n"


def test_the_chip_knows_its_temperature_and_who_it_is(plug):
    scene = see("quantities:\n  chip_temperature_c: [{constant: 50}]")
    first, second = plug(scene=scene, serial=1), plug(scene=scene, serial=2)
    first.raw()
    second.raw()
    assert first.run("import esp32\nprint(esp32.raw_temperature(), esp32.mcu_temperature())") == "122 50\n"
    program = "import machine\nprint(machine.unique_id())"
    assert first.run(program) != second.run(program)


def test_a_network_that_is_not_there(raw):
    program = """
        import network
        w = network.WLAN(network.STA_IF)
        w.active(True)
        w.connect('school', 'secret')
        print(w.scan(), w.isconnected(), w.status() == network.STAT_NO_AP_FOUND, len(w.config('mac')))
        """
    assert raw.run(program) == "[] False True 6\n"


def test_asyncio(raw):
    program = """
        import asyncio
        log = []
        async def tick(name, ms):
          for i in range(3):
            log.append(name)
            await asyncio.sleep_ms(ms)
          return name
        async def fail(): raise ValueError('no')
        async def main():
          print(await asyncio.gather(tick('a', 2), tick('b', 2)), len(log))
          try: await asyncio.wait_for(asyncio.sleep(9), 0.01)
          except asyncio.TimeoutError: print('timeout')
          t = asyncio.create_task(fail())
          try: await t
          except ValueError as e: print(e)
          e = asyncio.Event()
          t = asyncio.create_task(e.wait())
          await asyncio.sleep_ms(0)
          e.set()
          print(await t)
          f = asyncio.ThreadSafeFlag()
          from machine import Timer
          Timer(0, period=5, mode=Timer.ONE_SHOT, callback=lambda t: f.set())
          await f.wait()
          t = asyncio.create_task(asyncio.sleep(9))
          await asyncio.sleep_ms(0)
          t.cancel()
          try: await t
          except asyncio.CancelledError: return 'cancelled'
        print(asyncio.run(main()))
        """
    assert raw.run(program) == "['a', 'b'] 6\ntimeout\nno\nTrue\ncancelled\n"


def test_asyncio_reads_a_stream(raw):
    raw.begin(
        """
        import asyncio, sys
        async def main():
          line = await asyncio.StreamReader(sys.stdin).readline()
          print(repr(line))
        print('begun')
        asyncio.run(main())
        """
    )
    raw.expect("begun")
    raw.send("hello\r")
    assert raw.end()[0] == "\n'hello\\n'\n"


def test_the_boot_button_is_pressed_now_and_then(plug):
    terminal = plug(scene=see("quantities:\n  button: [{constant: 1}]"))
    terminal.raw()
    assert terminal.run("from machine import Pin\nprint(Pin(0, Pin.IN)())") == "0\n"
