# The module microbit of a micro:bit V2, as release 2.1.2 has it.

from utime import sleep_ms, ticks_ms

import audio
from _board import ask, on_event
from _buses import MicroBitI2C, MicroBitSPI, MicroBitUART
from _display import MicroBitDisplay
from _image import MicroBitImage as Image
from _pins import (
    MicroBitAnalogDigitalPin,
    MicroBitDigitalPin,
    MicroBitSpeakerPin,
    MicroBitTouchOnlyPin,
    MicroBitTouchPin,
    a_pin,
)
from _sensors import MicroBitAccelerometer, MicroBitButton, MicroBitCompass, MicroBitMicrophone
from _sensors import MicroBitSoundEvent as SoundEvent
from _sensors import temperature
from _sound import MicroBitSound as Sound
from _sound import MicroBitSpeaker, set_volume

display = MicroBitDisplay()
button_a = MicroBitButton("P5")
button_b = MicroBitButton("P11")
accelerometer = MicroBitAccelerometer()
compass = MicroBitCompass()
microphone = MicroBitMicrophone()
speaker = MicroBitSpeaker()
uart = MicroBitUART()
i2c = MicroBitI2C()
spi = MicroBitSPI()

pin0, pin1, pin2 = [MicroBitTouchPin(number) for number in (0, 1, 2)]
pin3, pin4, pin10 = [MicroBitAnalogDigitalPin(number, "display") for number in (3, 4, 10)]
pin5, pin11 = [MicroBitDigitalPin(number, "button") for number in (5, 11)]
pin6, pin7 = [MicroBitDigitalPin(number, "display") for number in (6, 7)]
pin8, pin9, pin12, pin13, pin14, pin15, pin16 = [MicroBitDigitalPin(number) for number in (8, 9, 12, 13, 14, 15, 16)]
pin19, pin20 = [MicroBitDigitalPin(number, "i2c") for number in (19, 20)]
pin_logo = MicroBitTouchOnlyPin()
pin_speaker = MicroBitSpeakerPin()


def sleep(ms):
    ms = int(ms)
    if ms > 0:
        sleep_ms(ms)


def running_time():
    return ticks_ms()


def scale(value, *, from_, to):
    (low, high), (to_low, to_high) = from_, to
    scaled = to_low + (value - low) / (high - low) * (to_high - to_low)
    whole = all([isinstance(end, int) for end in to])
    return int(scaled + (0.5 if scaled >= 0 else -0.5)) if whole else scaled


def run_every(callback=None, *, days=0, h=0, min=0, s=0, ms=0):
    period_ms = (((days * 24 + h) * 60 + min) * 60 + s) * 1000 + ms
    if period_ms <= 0:
        raise ValueError("invalid period")

    def start(function):
        ask("timer.start", on_event(function), period_ms * 1000, 1)
        return function

    return start if callback is None else start(callback)


def ws2812_write(pin, buffer):
    a_pin(pin)  # nobody sees the lamps shine


def reset():
    ask("power.reset")


def panic(number=999):
    # A real one shows the number, again and again, until somebody presses reset.
    while True:
        display.show(Image.SAD)
        sleep_ms(1000)
        display.scroll("%03d" % number)
