"""burst: very many measurements in a short time, for sound and vibration. 一小段时间里测很多次：声音、振动。

    from burst import burst

    while True:
        burst("sound", "", microphone.read_u16, 1000, 5000)    # 1000 measurements, 5000 a second

First the board measures and does nothing else, then it sends what it has; meanwhile it is deaf. The times sent
are those at which it measured. 先一口气测完，再送给电脑；送的时候不测。

For ESP32 boards and micro:bit V2; a V1 has no memory for it.
"""

from collections.abc import Callable, Sequence

def burst(name: str, unit: str, read: Callable[[], float], count: int = 1000, hz: float = 5000, scale: float = 1) -> Sequence[int] | None:
    """Measure `count` times, `hz` times a second, and send it. 测 count 次，每秒 hz 次，然后送给电脑。

    name, unit, scale   as in channel() of lab                                    和 channel() 一样
    read                returns a whole number from -32768 to 32767               返回一个整数

    Returns the measurements, to do something with them: max(burst(...)); None if `read` raised OSError.
    Takes 6 bytes of memory for each. How fast a board can be depends on `read`: an ESP32's analogue pin takes
    0.1 ms. What it measured too late is counted (`late`).
    """
