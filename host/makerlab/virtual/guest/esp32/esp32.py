# The module esp32: what only this chip has.

from _board import ask

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True
HEAP_DATA = 4
HEAP_EXEC = 1


def raw_temperature():
    """The chip's own temperature in Fahrenheit, as the ESP32 counts it."""
    return round(float(ask("sense.get", "chip_temperature_c")) * 1.8 + 32)


def mcu_temperature():
    return round(float(ask("sense.get", "chip_temperature_c")))


def hall_sensor():
    return round(float(ask("sense.get", "magnetic_z_ut")))


def idf_heap_info(capabilities):
    return []


def wake_on_touch(wake):
    pass


def wake_on_ext0(pin, level):
    pass


def wake_on_ext1(pins, level):
    pass


def wake_on_ulp(wake):
    pass


class NVS:
    # As on a board, where these few values have a place of their own beside the files.
    _PLACE = "/.nvs"

    def __init__(self, namespace):
        self._file = "%s_%s" % (self._PLACE, namespace)
        try:
            import json

            with open(self._file) as file:
                self._values = json.load(file)
        except OSError:
            self._values = {}

    def set_i32(self, key, value):
        self._values[key] = value

    def get_i32(self, key):
        if key not in self._values:
            raise OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND")
        return self._values[key]

    def erase_key(self, key):
        self.get_i32(key)
        del self._values[key]

    def commit(self):
        import json

        with open(self._file, "w") as file:
            json.dump(self._values, file)
