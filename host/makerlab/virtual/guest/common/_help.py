# help(), as every board has it; about an object, the runtime's own says it all.

from _board import ask
from _welcome import TEXT

_COLUMNS, _WIDTH = 4, 18


def maker(about):
    def help(*what):
        if not what:
            print(TEXT)
        elif what[0] == "modules":
            _modules()
        else:
            about(*what)

    return help


def _modules():
    names = ask("modules").split()
    lines = (len(names) + _COLUMNS - 1) // _COLUMNS
    for line in range(lines):
        print("".join([name + " " * (_WIDTH - len(name)) for name in names[line::lines]]).rstrip())
    print("Plus any modules on the filesystem")
