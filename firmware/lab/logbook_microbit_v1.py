# logbook on a micro:bit V1: not possible, and it says so. 一代的内存不够用。

raise ImportError("logbook needs a micro:bit V2 or an ESP32 logbook 要用 micro:bit 二代或 ESP32")
