"""lab for the micro:bit V1: the same three functions as lab.py, in 1,100 bytes of its 9,400.

给 micro:bit V1 用的 lab：用法和 lab.py 一样，只是更省内存。

The host stores it on the board as lab.py, without these comments. What differs from lab.py is what there is
no room for: names and rates are not checked, an event's text must be one line, board time is always in
milliseconds, and `read` has to return a whole number of steps (int; a float is a TypeError). `read` may raise
OSError: the row then has a "-" in its place. There is no event_when, tare, change, when and idle; a function
that reads can do what they do, it is called for every row: if button_a.was_pressed(): event("A"). blocks has
an edition for the V1 as well, logbook and burst have none.

Why it looks as it does (measured on the genuine runtime, see bench/firmware.py):
* one big function, because each one costs 80 bytes, and local names are faster and smaller than global ones;
  the first 16 of them are the smallest
* no string is built in a row: print() of numbers takes no memory and half the time
* names such as `index` and `time` are already in the board's ROM, a new name is not
* a row is sent by one print(), which Ctrl-C does not split on this runtime
"""

from utime import ticks_ms

channels = []


def channel(name, unit, read, scale=1):
    channels.append((read, name, unit, scale))


def event(text):
    print('#E', ticks_ms(), text)


def run(hz=10, name='lab'):
    n = c = next = index = start = mode = late = 0  # n: the number of the last row
    values = [0] * (len(channels) + 1)
    data = (10,)  # as if the computer had sent the end of a command: that is when a rate is taken
    from microbit import uart
    from utime import ticks_us, ticks_add, ticks_diff
    try:
        while mode != 115:
            for c in data:  # h header, s stop, p pause, g go on, r 10 rate; each ended by \n
                if c in (112, 103, 115):  # p, g, s
                    mode = c
                elif c == 10:  # \n
                    if hz:  # a new rate
                        step = int(1000000 / float(hz))
                        text = '#K1 n=%s hz=%s t=ms k=31m9973 c=' % (name, hz)
                        for c in channels:
                            text += '%s/%s/%s,' % c[1:]
                        text = text[:-1]
                        sum = 0
                        for c in bytes(text, 'utf-8'):
                            sum = (sum * 31 + c) % 9973
                        hz = ''
                        next = ticks_us()
                    start = 1
                elif c > 45 and c < 58:  # the digits of a rate
                    hz += chr(c)
            data = uart.read() if uart.any() else ''
            if start:
                print(text, n + 1, (sum * 31 + n + 1) % 9973)
                print('#S late=%d' % late)
                start = 0
            c = ticks_diff(ticks_us(), next)
            if c >= 0:
                c //= step  # whole periods too late: so many rows are left out, not sent in a burst
                next = ticks_add(next, c * step + step)
                if mode != 112:
                    late += c
                    time = ticks_ms()
                    c = (n * 31 + 31 + time) % 9973
                    index = 0
                    for read, key, _, _ in channels:
                        try:
                            value = values[index] = read() | 0  # makes an int of True, an error of a float
                        except OSError as e:
                            if values[index] != '-':  # once, not in every row
                                print('#F', time, key, e)
                            values[index] = '-'
                            value = 0
                        c = (c * 31 + value) % 9973
                        index += 1
                    values[index] = c
                    n += 1
                    print(n, time, *values)
                    start = not n % 128
    except KeyboardInterrupt:
        pass
    finally:
        print('#Z', n)
