# The speaker of a micro:bit. A virtual one is silent; what plays takes as long as on a real one.

from utime import sleep_ms, ticks_add, ticks_diff, ticks_ms

_SOUND_MS = 2000  # about what each of the built-in sounds takes
_quiet_at = ticks_ms()


def play(duration_ms, wait):
    """Be busy with a sound for so long."""
    global _quiet_at
    _quiet_at = ticks_add(ticks_ms(), duration_ms)
    if wait:
        try:
            while is_playing():
                sleep_ms(max(0, min(1000, ticks_diff(_quiet_at, ticks_ms()))))
        finally:
            stop()


def stop():
    global _quiet_at
    _quiet_at = ticks_ms()


def is_playing():
    return ticks_diff(_quiet_at, ticks_ms()) > 0


def set_volume(volume):
    int(volume)


class MicroBitSound:
    def __init__(self, name):
        self._name = name
        self.duration_ms = _SOUND_MS

    def __repr__(self):
        return "Sound('%s')" % self._name


for _name in ("giggle", "happy", "hello", "mysterious", "sad", "slide", "soaring", "spring", "twinkle", "yawn"):
    setattr(MicroBitSound, _name.upper(), MicroBitSound(_name))
del _name


class MicroBitSpeaker:
    def on(self):
        pass

    def off(self):
        pass
