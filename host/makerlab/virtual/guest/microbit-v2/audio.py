# The module audio of a micro:bit V2: everything but the sound.

import _sound
from _sound import MicroBitSound, is_playing, stop

_FRAME_BYTES = 32
_RATE_HZ = 7812


class AudioFrame:
    def __init__(self):
        self._data = bytearray(b"\x80" * _FRAME_BYTES)

    def __len__(self):
        return _FRAME_BYTES

    def __getitem__(self, index):
        return self._data[self._at(index)]

    def __setitem__(self, index, value):
        if not 0 <= value <= 255:
            raise ValueError("value out of range")
        self._data[self._at(index)] = value

    def _at(self, index):
        if not 0 <= index < _FRAME_BYTES:
            raise ValueError("index out of bounds")
        return index

    def copyfrom(self, other):
        data = other._data if isinstance(other, AudioFrame) else other
        size = min(len(data), _FRAME_BYTES)
        self._data[:size] = data[:size]


class SoundEffect:
    WAVEFORM_SINE, WAVEFORM_SAWTOOTH, WAVEFORM_TRIANGLE, WAVEFORM_SQUARE, WAVEFORM_NOISE = 0, 1, 2, 3, 4
    SHAPE_LINEAR, SHAPE_CURVE, SHAPE_LOG = 1, 2, 18
    FX_NONE, FX_VIBRATO, FX_TREMOLO, FX_WARBLE = 0, 1, 2, 3

    def __init__(self, freq_start=500, freq_end=2500, duration=500, vol_start=255, vol_end=0, waveform=3, fx=0,
                 shape=18):
        self.freq_start, self.freq_end, self.duration = freq_start, freq_end, duration
        self.vol_start, self.vol_end = vol_start, vol_end
        self.waveform, self.fx, self.shape = waveform, fx, shape

    def _values(self):
        return (self.freq_start, self.freq_end, self.duration, self.vol_start, self.vol_end, self.waveform,
                self.fx, self.shape)

    def copy(self):
        return SoundEffect(*self._values())

    def __repr__(self):
        return "SoundEffect(%d, %d, %d, %d, %d, %d, %d, %d)" % self._values()


def play(source, wait=True, pin=None, return_pin=None):
    if return_pin is not None:
        raise ValueError("return_pin not supported")
    if isinstance(source, MicroBitSound):
        duration_ms = source.duration_ms
    elif isinstance(source, SoundEffect):
        duration_ms = source.duration
    else:
        frames = [source] if isinstance(source, AudioFrame) else source
        count = 0
        for frame in frames:
            if not isinstance(frame, AudioFrame):
                raise TypeError("not an AudioFrame")
            count += 1
        duration_ms = count * _FRAME_BYTES * 1000 // _RATE_HZ
    _sound.play(duration_ms, wait)
