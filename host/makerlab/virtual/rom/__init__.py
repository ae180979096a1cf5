"""A virtual ESP32 that can be flashed: the chip's ROM loader, its flash, and the wires that reset it.

esptool speaks with it as with a real one, over RFC 2217, because that carries the two wires (DTR and RTS)
with which a chip is reset into its loader; a plain TCP connection carries none.
"""
