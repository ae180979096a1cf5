"""logbook: lab without a cable. What is measured is kept on the board. 不接电脑的 lab：数据存在板里。

    from logbook import channel, run     # instead of: from lab import channel, run
    channel("temperature", "degC", sensor.temperature_c, 0.01)
    run(0.1)                             # every ten seconds 每 10 秒测一次

Run it once with `maker run`, which puts what it needs on the board; put it there as main.py (`maker put
fridge.py main.py`), unplug the board, give it a battery. Back at the computer fetch the files log-0001.txt,
log-0002.txt, ... (`maker get log-0001.txt`): they hold what lab would have sent, and can be read in any editor.
先用 maker run 运行一次，再存成 main.py，换电池供电；回来以后用 maker get 取回 log-0001.txt 等文件。

When the flash is full, the oldest file makes room. A row is safe as soon as it was written, even if the battery
fails in the middle of the next; rows that come faster than ten a second (on a micro:bit: one a second) are
written together every so often. A micro:bit V2 has room for about 200 rows of three channels.

存满以后，最早的文件会被删掉腾出地方。随时断电也不会丢掉已经写好的数据。

For ESP32 boards and micro:bit V2; a V1 has no memory for it.
"""

from collections.abc import Callable
from lab import changed as changed, channel as channel, event as event, event_when as event_when, tare as tare

def run(hz: float = 1, name: str = "lab", when: Callable[[], object] | None = None, idle: Callable[[], object] | None = None) -> None:
    """As lab's, to files instead of the cable. 和 lab 的 run 一样，只是存进文件。"""
