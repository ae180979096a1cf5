"""crc8: the checksum of Sensirion's and Aosong's humidity sensors. 湿度传感器的校验码。"""

def crc8(data: bytes, start: int, end: int) -> int:
    """Over data[start:end]; 0 when its last byte is the right checksum of those before it.

    Polynomial 0x31, begun with 0xFF, not reflected (Sensirion SHT3x datasheet 2016, section 4.12; Aosong
    AHT20 manual v1.1, section 5.4.4).
    """
