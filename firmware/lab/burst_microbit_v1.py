# burst on a micro:bit V1: not possible, and it says so. V1 的内存不够用。

raise ImportError("burst needs a micro:bit V2 or an ESP32 burst 要用 micro:bit V2 或 ESP32")
