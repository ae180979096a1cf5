# The module speech of a micro:bit V2: everything but the sound; speaking takes about as long as on a real one.

import _sound

_LETTER_MS = 80
_LONGEST = 80


def say(words, *, pitch=64, speed=72, mouth=128, throat=128, debug=False, mode=1, volume=4, pin=None):
    if len(words) > _LONGEST:
        raise ValueError("text too long")
    _sound.play(len(words) * _LETTER_MS * speed // 72, True)


def pronounce(phonemes, *, pitch=64, speed=72, mouth=128, throat=128, debug=False, mode=1, volume=4, pin=None):
    _sound.play(len(phonemes) * _LETTER_MS * speed // 72, True)


sing = pronounce


def translate(words):
    raise NotImplementedError("a virtual micro:bit does not know phonemes")
