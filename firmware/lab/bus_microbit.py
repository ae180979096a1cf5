"""bus for the micro:bit: the same I2C and SPI as in bus.py. 给 micro:bit 用的 bus。

The host stores it on the board as bus.py. The bus is fixed: SCL is P19, SDA is P20, with pull-ups on the
board; SPI is P13 (clock) and P14 (data in).

A micro:bit's `read` makes new bytes every time, so a buffer is only a number: how many. And all methods are
the board's own: a V1 cannot call functions more than six deep, and a driver needs five of them.
"""

import microbit


def i2c():
    return Bus


def spi():
    microbit.spi.init(1000000)
    return lambda buffer: microbit.spi.read(len(buffer))


class Bus:
    buffer = int
    write = microbit.i2c.write
    read = microbit.i2c.read
