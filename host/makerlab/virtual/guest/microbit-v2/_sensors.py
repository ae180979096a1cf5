# What a micro:bit has on it to measure with.

import math

from _board import ask
from _pins import Touched

_WARMER = 3  # degrees that the chip is above the room it is in, which is what the scene tells of


def temperature():
    return round(float(ask("sense.soldered", "temperature_c"))) + _WARMER


class MicroBitButton:
    def __init__(self, key):
        self._presses = Touched(key)

    def is_pressed(self):
        return self._presses.now()

    def was_pressed(self):
        return self._presses.was()

    def get_presses(self):
        return self._presses.count()


class MicroBitAccelerometer:
    _GESTURES = ("", "up", "down", "left", "right", "face up", "face down", "freefall", "3g", "6g", "8g", "shake", "2g")

    def __init__(self):
        self._was = set()
        self._made = []

    def get_values(self):
        return tuple([int(word) for word in ask("motion.values").split()])

    def get_x(self):
        return self.get_values()[0]

    def get_y(self):
        return self.get_values()[1]

    def get_z(self):
        return self.get_values()[2]

    def get_strength(self):
        return int(math.sqrt(sum([value * value for value in self.get_values()])))

    def set_range(self, value):
        pass  # the numbers are the same ones whatever the range

    def _look(self):
        for word in ask("motion.made").split():
            name = word.replace("_", " ")
            self._was.add(name)
            if len(self._made) < 16:
                self._made.append(name)

    def _known(self, name):
        if name not in self._GESTURES:
            raise ValueError("invalid gesture")
        self._look()

    def current_gesture(self):
        return ask("motion.gesture").replace("_", " ")

    def is_gesture(self, name):
        self._known(name)
        return self.current_gesture() == name

    def was_gesture(self, name):
        self._known(name)
        was = name in self._was
        self._was.discard(name)
        self._made.clear()
        return was

    def get_gestures(self):
        self._look()
        made = tuple(self._made)
        self._made.clear()
        return made


class MicroBitCompass:
    def __init__(self):
        self._calibrated = False

    def _sample(self):
        return [int(1000 * float(ask("sense.soldered", "magnetic_%s_ut" % axis))) for axis in "xyz"]

    def calibrate(self):
        self._calibrated = True  # a real one asks to be tilted, which nobody can do here

    def is_calibrated(self):
        return self._calibrated

    def clear_calibration(self):
        self._calibrated = False

    def get_x(self):
        return self._sample()[0]

    def get_y(self):
        return self._sample()[1]

    def get_z(self):
        return self._sample()[2]

    def get_field_strength(self):
        return int(math.sqrt(sum([value * value for value in self._sample()])))

    def heading(self):
        if not self._calibrated:
            self.calibrate()
        x, y, _ = self._sample()
        return int(360 - math.degrees(math.atan2(y, x))) % 360


class MicroBitSoundEvent:
    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return "SoundEvent('%s')" % self._name


MicroBitSoundEvent.LOUD = MicroBitSoundEvent("loud")
MicroBitSoundEvent.QUIET = MicroBitSoundEvent("quiet")


class MicroBitMicrophone:
    SENSITIVITY_LOW, SENSITIVITY_MEDIUM, SENSITIVITY_HIGH = 0.079, 0.2, 1.0
    LOUD, QUIET = MicroBitSoundEvent.LOUD, MicroBitSoundEvent.QUIET  # where release 2.0.0-beta had them

    def __init__(self):
        self._current = MicroBitSoundEvent.QUIET
        self._was = set()
        self._events = []

    def _look(self):
        for word in ask("hearing.events").split():
            self._current = MicroBitSoundEvent.LOUD if word == "loud" else MicroBitSoundEvent.QUIET
            self._was.add(self._current)
            if len(self._events) < 8:
                self._events.append(self._current)

    def _known(self, event):
        if not isinstance(event, MicroBitSoundEvent):
            raise ValueError("invalid sound")
        self._look()

    def sound_level(self):
        return int(ask("hearing.level"))

    def set_threshold(self, event, value):
        self._known(event)
        ask("hearing.set", event._name, min(255, max(0, int(value))))

    def set_sensitivity(self, value):
        pass

    def current_event(self):
        self._look()
        return self._current

    def is_event(self, event):
        self._known(event)
        return self._current is event

    def was_event(self, event):
        self._known(event)
        was = event in self._was
        self._was.discard(event)
        self._events.clear()
        return was

    def get_events(self):
        self._look()
        events = tuple(self._events)
        self._events.clear()
        return events
