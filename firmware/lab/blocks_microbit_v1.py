"""blocks for the micro:bit V1: as lab_microbit_v1.py, with eight rows in one block, in 1,600 bytes.

给 micro:bit 一代用的 blocks：和 lab 一样用，八行打成一包，每秒能送的行数多一倍。

Used instead of lab, not beside it. What lab_microbit_v1.py leaves out is missing here as well, and a value has
to be from -32767 to 32767: any other is sent as one that could not be read.
"""

import micropython
from array import array
from microbit import uart
from utime import ticks_ms

channels = []


def channel(name, unit, read, scale=1):
    channels.append((read, name, unit, scale))


def event(text):
    print('#E', ticks_ms(), text)


@micropython.asm_thumb
def crc(r0, r1):
    # CRC-16/CCITT of r1 bytes from r0 on, a byte at a time, without a table; it stands in the upper half of r2.
    # Numbers, because the names of the instructions would stay in memory: 250 bytes.
    data(2, 0x2200, 0x3A01, 0x0412)  #          r2 = 0xffff0000: mov r2, 0; sub r2, 1; lsl r2, 16
    data(2, 0x0E13, 0x7804, 0x4063)  #   again: lsr r3, r2, 24; ldrb r4, [r0]; eor r3, r4
    data(2, 0x091C, 0x4063)  #                  lsr r4, r3, 4; eor r3, r4
    data(2, 0x0212, 0x041B, 0x405A)  #          lsl r2, 8; lsl r3, 16; eor r2, r3
    data(2, 0x015B, 0x405A)  #                  lsl r3, 5; eor r2, r3
    data(2, 0x01DB, 0x405A)  #                  lsl r3, 7; eor r2, r3
    data(2, 0x3001, 0x3901, 0xD1F0)  #          add r0, 1; sub r1, 1; bne again
    data(2, 0x0C10)  #                          lsr r0, r2, 16


def send(block, end):
    block[end] = crc(block, end * 2)
    data = bytes(block)[:end * 2 + 2].replace(b'\xdb', b'\xdb\xdd')
    uart.write(b'\xc0' + data.replace(b'\xc0', b'\xdb\xdc').replace(b'\x04', b'\xdb\xde') + b'\xc0')


def run(hz=10, name='lab'):
    n = c = next = start = mode = late = 0  # n: the number of the last row
    index = 4  # where the next value goes in the block: behind number (2 bytes), time (4) and span (2)
    block = array('h', [0] * (len(channels) * 8 + 5))
    data = (10,)  # as if the computer had sent the end of a command: that is when a rate is taken
    from utime import ticks_us, ticks_add, ticks_diff
    try:
        while mode != 115:
            for c in data:  # h header, s stop, p pause, g go on, r 10 rate; each ended by \n
                if c in (112, 103, 115):  # p, g, s
                    mode = c
                elif c == 10:  # \n
                    if hz:  # a new rate
                        step = int(1000000 / float(hz))
                        text = '#K1 n=%s hz=%s t=ms k=crc16 f=%s m=8 c=' % (name, hz, 'h' * len(channels))
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
            c = ticks_diff(ticks_us(), next)
            # A block that waits is sent before anything else than the next row on time.
            if index > 4 and (c > 5000 and c > step or start or mode > 103):
                send(block, index)
                index = 4
            elif start:
                print(text, n + 1, (sum * 31 + n + 1) % 9973)
                print('#S late=%d' % late)
                start = 0
            elif c >= 0:
                c //= step  # whole periods too late: so many rows are left out, not sent in a burst
                next = ticks_add(next, c * step + step)
                if mode != 112:
                    late += c
                    time = ticks_ms()
                    n += 1
                    if index == 4:
                        block[0] = n
                        block[1] = time
                        block[2] = time >> 16
                        c = time
                    block[3] = time - block
                    for read, key, _, _ in channels:
                        value = read()
                        block[index] = value
                        index += 1
                    start = not n % 128
    except KeyboardInterrupt:
        pass
    finally:
        if index > 4:
            send(block, index)
        print('#Z', n)
