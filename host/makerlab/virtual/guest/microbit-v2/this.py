print(
    """\
The Zen of MicroPython, by Nicholas H. Tollervey

Code,
Hack it,
Less is more,
Keep it simple,
Small is beautiful,

Be brave! Break things! Learn and have fun!
Express yourself with MicroPython.

Happy hacking! :-)
"""
)


def authors():
    print("See github.com/microbit-foundation/micropython-microbit-v2")
