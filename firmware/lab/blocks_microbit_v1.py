"""blocks for the micro:bit V1: as lab_microbit_v1.py, with eight rows in one block, in 1,600 bytes.

给 micro:bit V1 用的 blocks：和 lab 一样用，八行打成一包，每秒能送的行数多一倍。

Stands instead of lab, not beside it. What lab_microbit_v1.py leaves out is missing here as well, and a value
has to be from -32767 to 32767: any other is sent as one that could not be read. Why a channel cannot be read is
said once in a run. Ctrl-C costs the rows of the last block; stop does not.

Why it looks as it does: see lab_microbit_v1.py. And one function is in machine code, written as numbers,
because the names of its instructions would stay in memory: 176 bytes.
"""

import micropython
from array import array
from microbit import uart
from utime import ticks_ms

items = []


def channel(name, unit, read, scale=1):
    items.append((read, '%s/%s/%s' % (name, unit, scale)))


def event(text):
    print('#E', ticks_ms(), text)


# Makes a frame of the r1 bytes at r0 in the buffer at r2, and returns its length. r0 has room for the check.
@micropython.asm_thumb
def pack(r0, r1, r2):
    # CRC-16/CCITT, a byte x at a time without a table; it stands in the upper half of r3
    data(2, 0x0017, 0x000E)  #                  mov r7, r2; mov r6, r1
    data(2, 0x2300, 0x3B01, 0x041B)  #          r3 = 0xffff0000: mov r3, 0; sub r3, 1; lsl r3, 16
    data(2, 0x7804, 0x0E1D, 0x4065)  #   next:  x = crc ^ byte: ldrb r4, [r0]; lsr r5, r3, 24; eor r5, r4
    data(2, 0x092C, 0x4065)  #                  x ^= x >> 4: lsr r4, r5, 4; eor r5, r4
    data(2, 0x021B, 0x042D, 0x406B)  #          crc = crc << 8 ^ x: lsl r3, 8; lsl r5, 16; eor r3, r5
    data(2, 0x016D, 0x406B)  #                  crc ^= x << 5: lsl r5, 5; eor r3, r5
    data(2, 0x01ED, 0x406B)  #                  crc ^= x << 12: lsl r5, 7; eor r3, r5
    data(2, 0x3001, 0x3E01, 0xD1F0)  #          add r0, 1; sub r6, 1; bne next
    data(2, 0x0C1B, 0x8003)  #                  behind the data: lsr r3, 16; strh r3, [r0]
    # SLIP, from the start again
    data(2, 0x1A40, 0x3102)  #                  sub r0, r0, r1; add r1, 2
    data(2, 0x23C0, 0x7013, 0x3201, 0x25DB)  #  mov r3, 0xc0; strb r3, [r2]; add r2, 1; mov r5, 0xdb
    data(2, 0x7804, 0x3001)  #           byte:  ldrb r4, [r0]; add r0, 1
    data(2, 0x26DC, 0x2CC0, 0xD005)  #          mov r6, 0xdc; cmp r4, 0xc0; beq two
    data(2, 0x3601, 0x2CDB, 0xD002)  #          add r6, 1; cmp r4, 0xdb; beq two
    data(2, 0x3601, 0x2C04, 0xD102)  #          add r6, 1; cmp r4, 4; bne one
    data(2, 0x7015, 0x3201, 0x0034)  #   two:   strb r5, [r2]; add r2, 1; mov r4, r6
    data(2, 0x7014, 0x3201)  #           one:   strb r4, [r2]; add r2, 1
    data(2, 0x3901, 0xD1ED)  #                  sub r1, 1; bne byte
    data(2, 0x7013, 0x3201, 0x1BD0)  #          strb r3, [r2]; add r2, 1; sub r0, r2, r7


def run(hz=10, name='lab'):
    # n: the number of the last row; count: rows left out; delay: how late the last row was
    n = c = next = send = mode = count = delay = 0
    index = 4  # of the next value in the block, behind number (16 bits), time (32) and span (16)
    values = array('h', [0] * (len(items) * 8 + 5))
    buf = bytearray(len(values) * 4 + 2)
    log = []  # the channels that fail
    data = (10,)  # as if the computer had sent the end of a command: that is when a rate is taken
    from utime import ticks_us, ticks_add, ticks_diff
    try:
        while mode != 115:
            for c in data:  # h header, s stop, p pause, g go on, r 10 rate; each ended by \n
                send = 1
                if c in (112, 103, 115):  # p, g, s
                    mode = c
                elif c == 10:  # \n
                    if hz:  # a new rate
                        step = int(1000000 / float(hz))
                        end = 4 + len(items) * (8 if step < 25000 else 1)  # slow rows do not wait for others
                        text = '#K1 n=%s hz=%s t=ms k=crc16 m=8 f=%s c=' % (name, hz, 'h' * len(items))
                        for c in items:
                            text += c[1] + ','
                        text = text[:-1]
                        sum = 0
                        for c in bytes(text, 'utf-8'):
                            sum = (sum * 31 + c) % 9973
                        hz = ''
                        next = ticks_us()
                    send = 2
                elif c > 45 and c < 58:  # the digits of a rate
                    hz += chr(c)
            data = uart.read() if uart.any() else ''
            c = ticks_diff(ticks_us(), next)
            if send:
                if index > 4:
                    values[3] = max(0, ticks - time)  # this clock may go back a little
                    uart.write(buf[:pack(values, index * 2, buf)])
                    index = 4
                if send > 1:
                    print(text, n + 1, (sum * 31 + n + 1) % 9973)
                    print('#S late=%d' % count)
                send = 0
            elif c > delay + 5000:  # too late to stand in one block with those before
                delay = c
                send = 1
            elif c >= 0:
                delay = c
                # Sending a block takes 5 ms; the rows that should have been taken then follow quickly. After
                # 20 ms as many as whole periods have passed are left out.
                if c > 20000:
                    c //= step
                    count += c
                    next = ticks_add(next, c * step)
                next = ticks_add(next, step)
                if mode != 112:
                    ticks = ticks_ms()
                    n += 1
                    if index == 4:
                        time = ticks
                        values[0] = n
                        values[1] = time
                        values[2] = time >> 16
                    for read, key in items:
                        try:
                            value = read()
                            if value + 32767 >> 16:  # too big; a float is an error here
                                value = -32768
                        except OSError as e:
                            value = -32768
                            if key not in log:
                                print('#F', ticks, key.split('/')[0], e)
                                log.append(key)
                        values[index] = value
                        index += 1
                    if not n % 128:
                        send = 2
                    elif index == end:
                        send = 1
    except KeyboardInterrupt:
        pass
    finally:
        print('#Z', n)
