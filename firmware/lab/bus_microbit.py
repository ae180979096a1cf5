"""bus for the micro:bit: the same I2C and SPI as in bus.py. 给 micro:bit 用的 bus。

The host stores it on the board as bus.py. The bus is fixed: SCL is P19, SDA is P20, with pull-ups on the
board; SPI is P13 (clock) and P14 (data in). A micro:bit's `read` always makes new bytes, so `buffer` only
says how many.
"""

import microbit


def i2c():
    return Bus()


def spi():
    microbit.spi.init(1000000)
    return lambda buffer: microbit.spi.read(len(buffer))


class Bus:
    write = microbit.i2c.write

    def read(self, address, buffer):
        return microbit.i2c.read(address, len(buffer))

    def read_register(self, address, register, buffer):
        self.write(address, bytes([register]), True)
        return microbit.i2c.read(address, len(buffer))
