# burst on a micro:bit V1: not possible, and it says so. 一代的内存不够用。

raise ImportError("burst needs a micro:bit V2 or an ESP32 burst 要用 micro:bit 二代或 ESP32")
