# What a micro:bit does of its own accord.


def start():
    import builtins

    import _inside  # first: what it takes from the runtime cannot be imported later
    from _files import open

    builtins.open = open
    # On a real board it is not in RAM. So it is put there in one piece, at the beginning, where it does not
    # leave a program's memory in shreds.
    import microbit


def lament(text):
    """main.py failed: show it as a micro:bit does, who may have no computer at its cable. Ctrl-C ends it."""
    from microbit import Image, display, sleep

    try:
        display.show(Image.SAD)
        sleep(1000)
        display.scroll(text)
    except KeyboardInterrupt:
        pass
