# The first thing a virtual board runs, and what it runs between programs: it asks the host what to do next
# (makerlab.virtual.pyexec) and does it. What the host cannot do is here: compile, run, print an exception.

import gc
import sys
from host import call
from uos import mount


def life(main, started, open_file):
    # Local names only: a program may do to the builtins what it likes.
    run_file, run, build, mounted = execfile, exec, compile, mount
    print_exception, collect, current, leaving = sys.print_exception, gc.collect, sys.exc_info, SystemExit
    is_a, ask = isinstance, call
    end = started
    while True:
        try:
            # Ctrl-C can come at every jump, so there is none outside of a try while it interrupts: the
            # inner loop's is in here, and `except` has no name to compare with.
            while True:
                source = None
                collect()
                todo = ask("next", end)
                do, text = todo[1], todo[2:]
                end = "0"
                if do == "P":
                    pass  # what was scheduled has run on the way here
                elif do == "S" or do == "X" and len(mounted()) > 1:
                    # The name must not say "/", and without it would be looked for in what may be the
                    # current folder of another file system (mpremote mount).
                    with open_file("/<stdin>") as source:
                        source = source.read()
                    run(build(source, "<stdin>", "single" if do == "S" else "exec"), main)
                    end = "1"
                else:
                    run_file("<stdin>" if do == "X" else text, main)
                    end = "1"
        except:
            try:
                ask("trace", "")  # from here on Ctrl-C is a character like others
                error = current()[1]
                end = "x" if is_a(error, leaving) else "0"
                if end == "0":
                    print_exception(error)
            except:
                pass
            error = None


def read_line(prompt=""):
    """input(), with the board's line editor."""
    answer = call("input", str(prompt))
    while answer[1:2] == "P":
        answer = call("input", "")
    if answer[1:2] == "D":
        raise EOFError
    return answer[2:]


def kbd_intr(char):
    """micropython.kbd_intr."""
    call("kbd_intr", str(char))


def start():
    import __main__
    import _board
    import builtins
    import os
    import time
    from _habits import start as begin
    from _help import maker

    # Their names of old, which Thonny still asks for first, mean the same.
    sys.modules["uos"] = os
    sys.modules["utime"] = time

    open_file = open  # the runtime's own, whatever the board makes of open()
    begin()
    sys.modules.pop("_habits")
    builtins.input = read_line
    builtins.help = maker(help)

    main = __main__.__dict__
    for name in list(main):
        if name != "__name__":
            del main[name]
    sys.argv.clear()
    sys.modules.pop("_start")
    life(main, str(id(kbd_intr)), open_file)


start()
