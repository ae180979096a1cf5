"""The wire, version 1: how a board tells the host what it measures. Text form.

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
  f   form of the rows: absent or `text` here
Unknown keys are skipped. In every version a header ends with these two numbers. A form or check that a
decoder does not know, or a version above its own, is reported as such: that is the door for the block form
(SLIP frames beginning with the byte C0, which neither ASCII nor valid UTF-8 contains, so that text and
frames share one wire; a frame must also escape the byte 04, which ends a program's output in the raw REPL).

Row: sequence number (1, 2, 3, ... without end), board time, one integer a channel, check. A channel's
quantity is its integer times its scale. `-` stands for a channel that could not be read. Board time counts
modulo 2**30 (the period of MicroPython's ticks), in the header's unit.

Check `31m9973`, over values, so that a board needs no string for it:
    check = (seq * 31 + t) % 9973 ; for each value x: check = (check * 31 + x) % 9973     (`-` counts as 0)
The header's check runs over the UTF-8 bytes from `#K1` to the end of the last field, then the sequence
number: check = 0 ; for each byte b: check = (check * 31 + b) % 9973 ; check = (check * 31 + seq) % 9973.

Other lines: `#E t text` an event; `#F t channel text` a channel that cannot be read; `#S key=value ...`
status; `#Z seq` the program ended after row `seq` (0: no rows). Every other line is console text.

The host may send lines to the board (LF ended): `h` send the header; `s` stop; `p` pause; `g` go on;
`r 10` change the rate.
"""
