"""lab: measure with your board and send the numbers to the computer. 用开发板测量，把数据送到电脑。

    from microbit import display
    from lab import channel, run

    channel("light", "", display.read_light_level)    # what to measure 测什么
    run(10)                                           # ten times a second 每秒测 10 次

The same program with another first line: `from blocks import ...` sends more rows a second, `from logbook
import ...` keeps them on the board, without a cable. 把 lab 换成 blocks，每秒能送更多行；换成 logbook，
不接电脑也能记录。burst records sound and vibration. burst 用来记录声音和振动。

For ESP32 boards and micro:bit V2; a micro:bit V1 gets the small edition, lab_microbit_v1.py, as its lab.py.
What goes over the cable is described in host/makerlab/wire/__init__.py.
"""

from collections.abc import Callable

def channel(name: str, unit: str, read: Callable[[], float], scale: float = 1, change: int = 1) -> None:
    """Add one thing to measure. 添加一个测量项。

    name   what it is called, such as "light"; no spaces, commas or slashes   名字，不能有空格、逗号和斜杠
    unit   what it is counted in, such as "degC"; "" for a plain number       单位，没有单位就写 ""
    read   a function that measures it once                                   测一次的函数
    scale  how much a 1 from `read` stands for, in that unit                  读数里的 1 代表多少
    change  how many steps count as a change, for run(when=changed)           变化多少才算有变化

    `read` returns a whole number of such steps (23 with scale=0.1 means 2.3), or a float, which is the
    quantity itself (2.3) and is rounded to a whole step. It raises OSError when the sensor does not answer:
    the row then has a "-" in its place.
    """

def event(text: object) -> None:
    """Note that something happened now, such as event("lid opened"). 记下刚才发生的事。"""

def event_when(text: object, happened: Callable[[], object]) -> None:
    """Note it by itself whenever `happened()` becomes true: event_when("A", button_a.was_pressed)

    happened() 变成 True 的时候，自动记一次。An ESP32's key: event_when("key", lambda: not pin.value())
    It is asked about a thousand times a second while run() runs; contacts may bounce up to 20 ms.
    """

def changed() -> bool:
    """For run(when=changed): a row only when a value is another than in the row before. 数值变了才记一行。"""

def tare(*names: str) -> None:
    """What these channels (all, if none is named) read now counts as zero from now on. 现在的读数算作 0。"""

def run(hz: float = 10, name: str = "lab", when: Callable[[], object] | None = None, idle: Callable[[], object] | None = None) -> None:
    """Measure all channels `hz` times a second (0.002 to 10000) until the computer says stop, or Ctrl-C.

    开始测量：每秒 hz 次，直到电脑让它停，或者按下 Ctrl-C。name 是实验的名字。

    when  take a row only if this function says so, such as `changed` or button_a.was_pressed 什么时候才记一行
    idle  a function to call all the time, such as the feed() of a watchdog: between two calls lie a millisecond
          of sleep, or the reading of all channels and the sending of a row 一直反复调用，比如喂看门狗
    """
