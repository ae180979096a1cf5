TICKS_PERIOD = 1 << 30
def unwrap(ticks: int, near: int) -> int:
    half = TICKS_PERIOD // 2
    return near + (ticks - near + half) % TICKS_PERIOD - half
