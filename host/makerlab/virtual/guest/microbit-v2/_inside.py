# What the modules of this board use of the runtime, and its programs cannot import.

import sys
from binascii import hexlify, unhexlify
from uos import listdir, remove, stat

open_file = open
raw_output = sys.stdout.buffer
