# The module radio of a micro:bit V2 in a place without any other: what is sent nobody hears, nothing is received.

RATE_1MBIT, RATE_2MBIT = 0, 1

_LIMITS = {
    "length": (1, 251), "queue": (1, 254), "channel": (0, 83), "power": (0, 8), "data_rate": (0, 2),
    "address": (-0x80000000, 0xFFFFFFFF), "group": (0, 255),
}
_on = True  # importing it turns it on


def config(**settings):
    for name, value in settings.items():
        if name not in _LIMITS:
            raise ValueError("unknown argument '%s'" % name)
        low, high = _LIMITS[name]
        if not low <= value <= high:
            raise ValueError("value out of range for argument '%s'" % name)


def reset():
    pass


def on():
    global _on
    _on = True


def off():
    global _on
    _on = False


def _needs_on():
    if not _on:
        raise ValueError("radio is not enabled")


def send_bytes(message):
    bytes(message)
    _needs_on()


def send(message):
    if not isinstance(message, str):
        raise TypeError("can't convert '%s' object to str implicitly" % type(message).__name__)
    _needs_on()


def receive():
    _needs_on()


def receive_bytes():
    _needs_on()


def receive_bytes_into(buffer):
    _needs_on()


def receive_full():
    _needs_on()
