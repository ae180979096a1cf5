"""makerlab: science experiments with MicroPython on ESP32 and BBC micro:bit.

Rooms and who may enter them are described in ARCHITECTURE.md.
"""

__version__ = "0.1.0"
