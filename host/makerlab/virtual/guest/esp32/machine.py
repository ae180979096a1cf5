# The module machine of an ESP32. What is the same on every board comes from the runtime itself (umachine);
# the rest asks the virtual hardware.

import time
import umachine
from binascii import hexlify, unhexlify
from umachine import PinBase, Signal, idle, mem8, mem16, mem32, soft_reset

from _board import ask, on_event

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
PIN_WAKE, EXT0_WAKE, EXT1_WAKE, TIMER_WAKE, TOUCHPAD_WAKE, ULP_WAKE = 2, 2, 3, 4, 5, 6
SLEEP, DEEPSLEEP = 2, 4

_CAUSES = {
    "power_on": PWRON_RESET, "reset": HARD_RESET, "watchdog": WDT_RESET, "deep_sleep": DEEPSLEEP_RESET,
    "soft": SOFT_RESET,
}
_FREQUENCIES = (20, 40, 80, 160, 240)
_freq = 160000000


def reset():
    ask("power.reset")


def reset_cause():
    return _CAUSES[ask("power.cause")]


def wake_reason():
    return TIMER_WAKE if reset_cause() == DEEPSLEEP_RESET else 0


def unique_id():
    return unhexlify(ask("power.id", 6))


def freq(hz=None):
    global _freq
    if hz is None:
        return _freq
    if hz % 1000000 or hz // 1000000 not in _FREQUENCIES:
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _freq = hz


def lightsleep(ms=-1):
    ask("power.sleep", ms, 0)


def deepsleep(ms=-1):
    ask("power.sleep", ms, 1)


sleep = lightsleep


def disable_irq():
    return 0


def enable_irq(state):
    pass


def time_pulse_us(pin, level, timeout_us=1000000):
    return int(ask("echo.measure", _gpio(pin), int(bool(level)), timeout_us))


def bitstream(pin, encoding, timing, data):
    pass  # lamps on a wire: nobody sees them


def dht_readinto(pin, buf):
    data = unhexlify(ask("dht.read", _gpio(pin), 22 if len(buf) > 5 else 11))
    buf[:5] = data


class Pin(PinBase):
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_DOWN, PULL_UP = 1, 2
    IRQ_RISING, IRQ_FALLING, WAKE_LOW, WAKE_HIGH = 1, 2, 4, 5
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3

    _all = {}

    def __new__(cls, id, *args, **options):
        if isinstance(id, Pin):
            return id
        pin = cls._all.get(id)
        if pin is None:
            if not isinstance(id, int):
                raise ValueError("invalid pin")
            ask("pin.open", id)
            pin = super().__new__(cls)
            pin._id = id
            pin._event = 0
            pin._irq = None
            cls._all[id] = pin
        return pin

    def __init__(self, id, *args, **options):
        if args or options:
            self.init(*args, **options)

    def init(self, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        ask(
            "pin.init", self._id,
            "-" if mode is None else "out" if mode == 3 else "od" if mode in (6, 7) else "in",
            "-" if pull == -1 else 0 if pull is None else pull,
            "-" if value is None else int(bool(value)),
        )

    def value(self, *level):
        if not level:
            return int(ask("pin.get", self._id))
        ask("pin.set", self._id, int(bool(level[0])))

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())

    def irq(self, handler=None, trigger=3, wake=None):
        if self._irq is None:
            self._irq = _PinIrq(self)
        self._irq._set(handler, trigger)
        return self._irq

    def __repr__(self):
        return "Pin(%d)" % self._id


class _PinIrq:
    def __init__(self, pin):
        self._pin = pin
        self._handler = None
        self._trigger = 0
        self._event = on_event(self)

    def _set(self, handler, trigger):
        self._handler = handler
        self._trigger = trigger if handler else 0
        ask("pin.irq", self._pin._id, self._event if handler else 0, self._trigger)

    def __call__(self):
        if self._handler:
            self._handler(self._pin)

    def trigger(self, trigger=None):
        before = self._trigger
        if trigger is not None:
            self._set(self._handler, trigger)
        return before


def _gpio(pin):
    """The number of a Pin, or of what Pin() makes one of."""
    return Pin(pin)._id


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12

    # What counts as full at each attenuation, in microvolts (esp_adc_cal, typical chip).
    _FULL_UV = (1100000, 1500000, 2200000, 3300000)

    def __init__(self, pin, *, atten=0):
        self._id = _gpio(pin)
        ask("adc.open", self._id)
        self._bits = 12
        self.atten(atten)

    def init(self, *, atten=0):
        self.atten(atten)

    def atten(self, atten):
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid atten")
        self._atten = atten

    def width(self, bits):
        if bits not in (9, 10, 11, 12):
            raise ValueError("invalid bits")
        self._bits = bits

    def _raw(self):
        counts = 1 << self._bits
        return min(counts - 1, int(ask("adc.read", self._id)) * counts // self._FULL_UV[self._atten])

    def read(self):
        return self._raw()

    def read_u16(self):
        raw = self._raw() << (16 - self._bits)
        return raw | raw >> self._bits

    def read_uv(self):
        step = self._FULL_UV[self._atten] >> 12
        return min(int(ask("adc.read", self._id)) // 1000 * 1000, step << 12)

    def __repr__(self):
        return "ADC(Pin(%d), atten=%d)" % (self._id, self._atten)


class DAC:
    def __init__(self, id):
        self._id = _gpio(id)
        if self._id not in (25, 26):
            raise ValueError("invalid Pin for DAC")

    def write(self, value):
        if not 0 <= value <= 255:
            raise ValueError("value out of range")


class TouchPad:
    _PINS = (0, 2, 4, 12, 13, 14, 15, 27, 32, 33)

    def __init__(self, pin):
        self._id = _gpio(pin)
        if self._id not in self._PINS:
            raise ValueError("invalid pin for touchpad")

    def read(self):
        # A finger brings the count down.
        return int(620 - 480 * float(ask("sense.get", "touch"))) + time.ticks_us() % 7

    def config(self, threshold):
        pass


class PWM:
    def __init__(self, pin, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=0):
        self._pin = Pin(pin)
        self._pin.init(Pin.OUT)
        self._freq = 5000
        self._u16 = 32768
        self.init(freq=freq, duty=duty, duty_u16=duty_u16, duty_ns=duty_ns)

    def init(self, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=0):
        if freq is not None:
            self.freq(freq)
        if duty is not None:
            self.duty(duty)
        if duty_u16 is not None:
            self.duty_u16(duty_u16)
        if duty_ns is not None:
            self.duty_ns(duty_ns)

    def deinit(self):
        pass

    def freq(self, hz=None):
        if hz is None:
            return self._freq
        if not 1 <= hz <= 40000000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        self._freq = hz

    def duty(self, value=None):
        if value is None:
            return self._u16 >> 6
        if not 0 <= value <= 1023:
            raise ValueError("duty must be from 0 to 1023")
        self._u16 = value << 6

    def duty_u16(self, value=None):
        if value is None:
            return self._u16
        if not 0 <= value <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self._u16 = value

    def duty_ns(self, value=None):
        if value is None:
            return self._u16 * (1000000000 // self._freq) >> 16
        if not 0 <= value <= 1000000000 // self._freq:
            raise ValueError("duty_ns must be from 0 to %d ns" % (1000000000 // self._freq))
        self._u16 = min(65535, (value << 16) * self._freq // 1000000000)

    def __repr__(self):
        return "PWM(Pin(%d), freq=%d, duty=%d)" % (self._pin._id, self._freq, self.duty())


class _I2C:
    def scan(self):
        return [int(address) for address in ask("i2c.scan").split()]

    def _transfer(self, address, data, count):
        return unhexlify(ask("i2c.transfer", address, hexlify(data).decode() if data else "-", count))

    def _read(self, address, data, count):
        got = self._transfer(address, data, min(count, 256))
        while len(got) < count:
            got += self._transfer(address, b"", min(count - len(got), 256))
        return got

    def readfrom(self, addr, nbytes, stop=True):
        return self._read(addr, b"", nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self._read(addr, b"", len(buf))

    def writeto(self, addr, buf, stop=True):
        self._transfer(addr, bytes(buf), 0)
        return len(buf)

    def writevto(self, addr, vector, stop=True):
        return self.writeto(addr, b"".join([bytes(part) for part in vector]))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        return self._read(addr, memaddr.to_bytes(addrsize // 8, "big"), nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self._read(addr, memaddr.to_bytes(addrsize // 8, "big"), len(buf))

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._transfer(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf), 0)


class I2C(_I2C):
    _PINS = ((18, 19), (25, 26))

    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        if id not in (0, 1):
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._text = "I2C(%d, scl=%d, sda=%d, freq=%d)" % (
            id,
            _gpio(self._PINS[id][0] if scl is None else scl),
            _gpio(self._PINS[id][1] if sda is None else sda),
            freq,
        )

    def __repr__(self):
        return self._text


class SoftI2C(_I2C):
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._text = "SoftI2C(scl=%d, sda=%d, freq=%d)" % (_gpio(scl), _gpio(sda), freq)

    def __repr__(self):
        return self._text

    def start(self):
        pass

    def stop(self):
        pass


class _SPI:
    MSB, LSB = 0, 1

    # What is connected only talks: what is written goes nowhere.
    def init(self, *args, **options):
        pass

    def deinit(self):
        pass

    def write(self, buf):
        pass

    def read(self, nbytes, write=0):
        return unhexlify(ask("spi.read", nbytes))

    def readinto(self, buf, write=0):
        buf[:] = self.read(len(buf))

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        self.readinto(read_buf)


class SPI(_SPI):
    def __init__(self, id, baudrate=500000, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None,
                 miso=None):
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        for pin in (sck, mosi, miso):
            if pin is not None:
                Pin(pin)
        self._id = id
        self._baudrate = baudrate

    def __repr__(self):
        return "SPI(id=%d, baudrate=%d)" % (self._id, self._baudrate)


class SoftSPI(_SPI):
    def __init__(self, baudrate=500000, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None,
                 miso=None):
        for pin in (sck, mosi, miso):
            if pin is None:
                raise ValueError("must specify all of sck/mosi/miso")
            Pin(pin)


class UART:
    INV_TX, INV_RX, INV_RTS, INV_CTS = 32, 4, 64, 8
    RTS, CTS = 1, 2

    # Nothing is connected: what is written goes nowhere, and nothing arrives.
    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, *, tx=None, rx=None, **options):
        if id not in (0, 1, 2):
            raise ValueError("UART(%d) does not exist" % id)
        self._id = id
        self.init(baudrate, bits, parity, stop, tx=tx, rx=rx, **options)

    def init(self, baudrate=115200, bits=8, parity=None, stop=1, *, tx=None, rx=None, **options):
        for pin in (tx, rx):
            if pin is not None:
                Pin(pin)
        self._baudrate = baudrate

    def deinit(self):
        pass

    def any(self):
        return 0

    def read(self, nbytes=-1):
        return None

    def readline(self):
        return None

    def readinto(self, buf, nbytes=-1):
        return None

    def write(self, buf):
        return len(buf)

    def flush(self):
        pass

    def txdone(self):
        return True

    def sendbreak(self):
        pass

    def __repr__(self):
        return "UART(%d, baudrate=%d)" % (self._id, self._baudrate)


class Timer:
    ONE_SHOT, PERIODIC = 0, 1

    _all = {}

    def __new__(cls, id=-1, **options):
        if not -1 <= id <= 3:
            raise ValueError("invalid Timer number")
        timer = cls._all.get(id)
        if timer is None:
            timer = super().__new__(cls)
            timer._id = id
            timer._callback = None
            timer._event = on_event(timer._rang)
            cls._all[id] = timer
        return timer

    def __init__(self, id=-1, **options):
        if options:
            self.init(**options)

    def init(self, *, mode=1, callback=None, freq=None, period=-1, tick_hz=1000, hard=False):
        if freq is not None:
            period_us = int(1000000 / freq)
        elif period < 0:
            period_us = 0xFFFFFFFF // 2
        else:
            period_us = period * 1000000 // tick_hz
        self._callback = callback
        self._period = period
        ask("timer.start", self._event, min(period_us, 0x7FFFFFFF), int(mode == 1))

    def deinit(self):
        ask("timer.stop", self._event)
        self._callback = None

    def _rang(self):
        if self._callback:
            self._callback(self)

    def __repr__(self):
        return "Timer(%d)" % self._id


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError("WDT(%d) doesn't exist" % id)
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        ask("wdt.start", timeout)

    def feed(self):
        ask("wdt.feed")


class RTC:
    def __new__(cls, id=0):
        return _rtc

    def datetime(self, when=None):
        if when is None:
            micros = int(ask("rtc.get"))
            now = time.gmtime(micros // 1000000)
            return now[:3] + (now[6],) + now[3:6] + (micros % 1000000,)
        year, month, day, _, hour, minute, second, _ = when
        ask("rtc.set", time.mktime((year, month, day, hour, minute, second, 0, 0)))

    def init(self, when):
        self.datetime(when)

    def memory(self, data=None):
        if data is None:
            return unhexlify(ask("rtc.memory"))
        if len(data) > 500:
            raise ValueError("buffer too long")
        ask("rtc.keep", hexlify(bytes(data)).decode())


_rtc = object.__new__(RTC)
