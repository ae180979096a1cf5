"""The checksum that Sensirion's and Aosong's chips send behind their numbers."""

from __future__ import annotations


def crc8(data: bytes) -> int:
    """Polynomial x^8 + x^5 + x^4 + 1, highest bit first, begun with 0xFF (Sensirion SHT3x, section 4.12)."""
    remainder = int.from_bytes(data, "big") << 8
    remainder ^= 0xFF << 8 * len(data)
    for bit in range(8 * len(data) + 7, 7, -1):
        if remainder >> bit & 1:
            remainder ^= 0x131 << bit - 8
    return remainder
