"""bus: the wires to I2C and SPI sensors, the same on every board. 连接 I2C、SPI 传感器的总线。

    from bus import i2c

    wires = i2c()            # the usual pins of this board 这块板常用的引脚
    wires = i2c(22, 21)      # SCL and SDA on other pins    自己指定 SCL、SDA

For ESP32 boards; a micro:bit gets bus_microbit.py as its bus.py. Several sensors may share one `i2c()`.
"""

from os import uname

from machine import I2C, SPI, Pin

I2C_HZ = 100_000  # every sensor knows it, and it forgives the long wires of a classroom
I2C_TIMEOUT_US = 50_000  # a chip may hold the clock (HTU21, SCD30 some ms); longer means a broken wire
SPI_HZ = 1_000_000  # MAX6675 goes up to 4.3 MHz; breadboard wires do not like that

# SCL, SDA and SPI clock, data in by chip: on the pins that Arduino and the boards' makers print first, and
# none of which decides how the board starts. firmware/sensors/sensors.yaml says the same to the host.
_PINS = {
    "ESP32": (22, 21, 18, 19),
    "ESP32S2": (9, 8, 12, 13),
    "ESP32S3": (9, 8, 12, 13),
    "ESP32C3": (5, 4, 6, 7),
    "ESP32C6": (7, 6, 20, 19),
}


def i2c(scl=None, sda=None, hz=I2C_HZ):
    """The I2C bus. Raises ValueError for pins the board does not have or that cannot be outputs."""
    usual = _usual_pins()
    scl = usual[0] if scl is None else scl
    sda = usual[1] if sda is None else sda
    return Bus(I2C(0, scl=Pin(scl), sda=Pin(sda), freq=hz, timeout=I2C_TIMEOUT_US))


def spi(clock=None, data=None, hz=SPI_HZ):
    """A function that reads from an SPI chip which only talks: `read(buffer)` fills it and returns it."""
    usual = _usual_pins()
    clock = usual[2] if clock is None else clock
    data = usual[3] if data is None else data
    line = SPI(1, baudrate=hz, sck=Pin(clock), miso=Pin(data), mosi=None)
    Pin(data).init(pull=Pin.PULL_UP)  # with nothing connected it then reads ones, not a believable zero

    def read(buffer):
        line.readinto(buffer)
        return buffer

    return read


class Bus:
    """An I2C bus as the drivers see it. Every method raises OSError when no chip answers at `address`.

        data = bus.buffer(6)                   # once: what `read` is to fill
        bus.write(address, b"\\xf7")           # which register, or a command
        values = bus.read(address, data)       # always use what it returns: a micro:bit fills nothing
    """

    buffer = bytearray

    def __init__(self, i2c):
        self._i2c = i2c
        self.write = i2c.writeto

    def read(self, address, buffer):
        """As many bytes as `buffer` has."""
        self._i2c.readfrom_into(address, buffer)
        return buffer


def _usual_pins():
    chip = uname().machine.rsplit(" ", 1)[-1].replace("-", "")  # "Generic ESP32S3 module with ESP32S3"
    return _PINS.get(chip, _PINS["ESP32"])
