# The module network of an ESP32 in a place without any network: the radio is there, and hears nobody.

from binascii import unhexlify

from _board import ask

STA_IF, AP_IF = 0, 1
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD = 201, 202
AUTH_OPEN, AUTH_WEP, AUTH_WPA_PSK, AUTH_WPA2_PSK, AUTH_WPA_WPA2_PSK = 0, 1, 2, 3, 4
_NO_ADDRESS = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")


def hostname(name=None):
    return "mpy-esp32"


def country(code=None):
    return "XX"


class WLAN:
    IF_STA, IF_AP = STA_IF, AP_IF
    _all = {}

    def __new__(cls, interface_id=STA_IF):
        if interface_id not in (STA_IF, AP_IF):
            raise ValueError("invalid WLAN interface identifier")
        wlan = cls._all.get(interface_id)
        if wlan is None:
            wlan = super().__new__(cls)
            wlan._active = False
            wlan._status = STAT_IDLE
            cls._all[interface_id] = wlan
        return wlan

    def active(self, is_active=None):
        if is_active is not None:
            self._active = bool(is_active)
        return self._active

    def _needs_active(self):
        if not self._active:
            raise OSError("WiFi Not Started")

    def scan(self):
        self._needs_active()
        return []

    def connect(self, ssid=None, key=None, *, bssid=None):
        self._needs_active()
        self._status = STAT_NO_AP_FOUND

    def disconnect(self):
        self._status = STAT_IDLE

    def isconnected(self):
        return False

    def status(self, param=None):
        return self._status if param is None else []

    def ifconfig(self, config=None):
        return _NO_ADDRESS

    def config(self, *names, **values):
        if values:
            return None
        if names == ("mac",):
            return unhexlify(ask("power.id", 6))
        raise ValueError("unknown config param")
