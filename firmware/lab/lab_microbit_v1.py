"""lab for the micro:bit V1: the same three functions as lab.py, in 1,100 bytes of its 9,500.

给 micro:bit 一代用的 lab：用法和 lab.py 一样，只是更省内存。

The host stores it on the board as lab.py, without these comments. What differs from lab.py is what there is
no room for: names and rates are not checked, an event's text must be one line, and `read` has to return a
whole number (int), not a float. `read` may raise OSError: the row then has a "-" in its place.

Why it looks as it does (measured on the genuine runtime, bench/microbit_v1.py):
* one big function, because each one costs 80 bytes, and local names are faster and smaller than global ones;
  the first 16 of them are the smallest, so the busiest come first
* no string is built in a row: print() of numbers takes no memory and half the time
* names such as `text` and `value` are already in the board's ROM, a new name is not
"""

from utime import ticks_ms

channels = []


def channel(name, unit, read, scale=1):
    channels.append((read, name, unit, scale))


def event(text):
    print('#E', ticks_ms(), text)


def run(hz=10, name='lab'):
    seq = start = 1  # the number of the next row; whether the header is to be sent
    late = mode = i = c = t = next = 0
    text = data = ''
    m = 9973
    values = [0] * (len(channels) + 1)
    from microbit import uart
    from utime import ticks_us, ticks_add, ticks_diff
    try:
        while 1:
            if uart.any():
                for c in uart.read():  # what the computer sends: h, s, p, g, r 10; each ended by \n
                    if c == 115:  # s
                        return
                    if c == 112 or c == 103:  # p, g
                        mode = c
                        next = ticks_us()
                    elif c == 10:  # \n
                        hz = data
                        data = ''
                        start = 1
                    elif c < 58:  # the digits of a rate
                        data += chr(c)
            if hz:  # a new rate
                try:
                    hz = float(hz)
                    step = int(1000000 / hz)
                    next = ticks_us()
                    text = '#K1 n=%s hz=%g t=ms k=31m9973 c=' % (name, hz)
                    for c in channels:
                        text += '%s/%s/%s,' % c[1:]
                    text = text[:-1]
                    sum = 0
                    for c in bytes(text, 'utf-8'):
                        sum = (sum * 31 + c) % m
                except Exception:
                    pass  # not a rate: go on as before
                hz = 0
            if start:
                print(text, seq, (sum * 31 + seq) % m)
                print('#S late=%d' % late)
                start = 0
            c = ticks_diff(next, ticks_us())
            if c > 0 or mode == 112:
                continue
            if c < -step:  # more than a period late: leave rows out instead of sending them in a burst
                late += -c // step
                next = ticks_us()
            next = ticks_add(next, step)
            t = ticks_ms()
            c = (seq * 31 + t) % m
            i = 0
            for read, key, _, _ in channels:
                try:
                    value = values[i] = +read()  # + makes a number of True and False
                except OSError as e:
                    if values[i] != '-':  # once, not in every row
                        print('#F', t, key, e)
                    values[i] = '-'
                    value = 0
                c = (c * 31 + value) % m
                i += 1
            values[i] = c
            print(seq, t, *values)
            seq += 1
            start = seq % 128 == 1
    except KeyboardInterrupt:
        pass
    finally:
        print('#Z', seq - 1)
        uart.read()  # the end of a command must not become the beginning of the next program
