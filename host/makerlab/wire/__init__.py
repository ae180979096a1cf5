"""The wire, version 1: how a board tells the host what it measures. Text form, and block form.

The contract with firmware/lab is this page and the golden vectors in tests/golden/wire, which both
sides read. ASCII lines (names, units and texts may be UTF-8), each ended by CR LF (LF alone is accepted).

    #K1 b=esp32-a4cf12 n=cooling hz=10 t=ms k=31m9973 c=temperature/degC/0.01,light/lx/1 1 5733
    1 100123 2356 512 2308
    2 100223 2351 - 7856
    #E 101900 lid opened
    #F 102001 light ETIMEDOUT
    #S late=0 free=4512
    #Z 2

Header `#K<version>`: `key=value` fields in any order, then the sequence number of the next row, then a
check. Printed at the start, every 128 rows, on request, and whenever a field changes. Parts are one space
apart, so no value holds a space; a channel's name ends at its first `/`, its scale begins after its last
(units such as m/s2 stand between; a plain number has none: steps//1), and neither holds a comma.
  n   name of the experiment or program          b   identity of the board (optional)
  hz  the rate asked for, rows a second          t   unit of board time: ms or us
  k   the check in use                           c   channels: name/unit/scale, comma separated
  f   form of the rows: absent or `text` here    w   when rows come, if not at that rate (see below)
Unknown keys are skipped. In every version a header ends with these two numbers. A form or check that a
decoder does not know, or a version above its own, is reported as such.

Row: sequence number (1, 2, 3, ... without end), board time, one integer a channel, check. A channel's
quantity is its integer times its scale. `-` stands for a channel that could not be read. Board time counts
modulo 2**30 (the period of MicroPython's ticks), in the header's unit.

Check `31m9973`, over values, so that a board needs no string for it:
    check = (seq * 31 + t) % 9973 ; for each value x: check = (check * 31 + x) % 9973     (`-` counts as 0)
The header's check runs over the UTF-8 bytes from `#K1` to the end of the last field, then the sequence
number: check = 0 ; for each byte b: check = (check * 31 + b) % 9973 ; check = (check * 31 + seq) % 9973.

`w=change`: a row comes when a value has changed; `w=event`: when something happened. `hz` is then how often
the board looks. `w=burst`: rows come in bursts, taken at `hz` and sent afterwards; board time alone dates
them, when they arrive says nothing. A header stands behind every burst, so that its last row can be missed.

Other lines: `#E t text` an event; `#F t channel text` a channel that cannot be read; `#S key=value ...`
status, behind every header and before the end; `#Z seq` the program ended after row `seq` (0: no rows).
Every other line is console text. Of the status, `late` is how many rows the board left out since the start
because their time had passed while it was busy, `dropped` how many it measured and could not keep, `free`
its free memory in bytes.

The host may send lines to the board (LF ended):
  h       send the header                        s       stop: `#S`, then `#Z`, then the program goes on
  p       pause: no more rows                    g       start again
  r 10    change the rate                        m text  note this text as an event, at board time
  t       tare: subtract what every channel reads now from what it reads from now on; with names behind it
          (`t light x`) of those channels only. An event says for each what is subtracted
`m` and `t` go only to boards whose status has `free`: others (a micro:bit V1, which has no room for them)
would take letters of them for commands of their own.

The block form has fewer bytes. Its header, lines and numbers are those above, only rows travel in frames:

    C0 | seq u16 | t u32 | span u16 | rows | check u16 | C0

Numbers are little endian. `seq` is the sequence number of the first row, modulo 65536, `t` its board time;
`span` is how many ticks after it the last row was taken. The rows between were taken evenly: row i of n rows
(from 0) at t + span * i // (n - 1). A board ends a block early, however few rows it has, rather than let one
be off that by more than 10 ms (or by a period, if that is longer), and before a header or the end.
  f   a letter for each channel, the number that its values are: b h i with a sign, B H I without, of 8, 16
      and 32 bits. The lowest number of b h i and the highest of B H I stand for a channel that could not be
      read; a board sends that as well for a value that does not fit
  m   the most rows in a block, 1 to 255
  k   the check, over everything before it in the frame: `crc16` CRC-16/CCITT (polynomial 1021, begins with
      FFFF, not reflected); `crc32` the low half of the CRC-32 that zlib and binascii have
Between the two C0 (SLIP, RFC 1055) C0 is sent as DB DC and DB as DB DD; and 04 as DB DE, because it ends
a program's output in the raw REPL. Neither ASCII nor valid UTF-8 contains C0, so text and frames share one
wire; a line of text is never inside a frame. Frames only mean something under a header with `f`.
"""
