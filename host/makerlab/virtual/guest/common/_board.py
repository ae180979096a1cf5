# How the modules of this board speak with its hardware: questions to the host, and events from there.

from host import call as _call


def ask(command, *words):
    """The answer to a question; raises what the hardware refuses with."""
    answer = _call(command, " ".join([str(word) for word in words]))
    if answer[0] == "=":
        return answer[1:]
    kind, _, text = answer[1:].partition(" ")
    if text:
        raise {"ValueError": ValueError, "RuntimeError": RuntimeError}[kind](text)
    raise OSError(int(kind))


_handlers = {}


def _happened(number):
    handler = _handlers.get(number)
    if handler:
        handler()


def on_event(handler):
    """A number for `handler`: an event with it calls the handler."""
    if not _handlers:
        ask("event.to", id(_happened))
    number = len(_handlers) + 1
    _handlers[number] = handler
    return number
