"""bus: the wires to I2C and SPI sensors, the same on every board. 连接 I2C、SPI 传感器的总线。

    from bus import i2c

    wires = i2c()            # the usual pins of this board 这块板常用的引脚
    wires = i2c(22, 21)      # SCL and SDA on other pins    自己指定 SCL、SDA

For ESP32 boards; a micro:bit gets bus_microbit.py as its bus.py. Several sensors may share one `i2c()`.
"""

from collections.abc import Callable

I2C_HZ: int
I2C_TIMEOUT_US: int
SPI_HZ: int

def i2c(scl: int | None = None, sda: int | None = None, hz: int = I2C_HZ) -> Bus:
    """The I2C bus. Raises ValueError for pins the board does not have or that cannot be outputs."""

def spi(clock: int | None = None, data: int | None = None, hz: int = SPI_HZ) -> Callable[[bytearray], bytes]:
    """A function that reads from an SPI chip which only talks: `read(buffer)` fills it and returns it."""

class Bus:
    """An I2C bus as the drivers see it. Every method raises OSError when no chip answers at `address`.

    data = bus.buffer(6)                   # once: what `read` is to fill
    bus.write(address, b"\\xf7")           # which register, or a command
    values = bus.read(address, data)       # always use what it returns: a micro:bit fills nothing
    """
    buffer: Callable[[int], bytearray]
    write: Callable[[int, bytes], object]
    def read(self, address: int, buffer: bytearray | int) -> bytes:
        """As many bytes as `buffer` has."""
