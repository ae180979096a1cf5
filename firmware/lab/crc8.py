"""crc8: the checksum of Sensirion's and Aosong's humidity sensors. 湿度传感器的校验码。"""


def crc8(data, start, end):
    """Over data[start:end]; 0 when its last byte is the right checksum of those before it.

    Polynomial 0x31, begun with 0xFF, not reflected (Sensirion SHT3x datasheet 2016, section 4.12; Aosong
    AHT20 manual v1.1, section 5.4.4).
    """
    crc = 0xFF
    for index in range(start, end):
        crc ^= data[index]
        for _ in range(8):
            crc = crc << 1 ^ (0x131 if crc & 0x80 else 0)
    return crc
