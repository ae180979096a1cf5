# asyncio: the part of it that programs on a board use. Tasks and their queue are the runtime's own (_asyncio),
# which reads cur_task, _task_queue, CancelledError and create_task's helpers from this module's globals.

import io
import select
import sys
from time import ticks_add, ticks_diff, ticks_ms

from _asyncio import Task, TaskQueue

cur_task = None
_task_queue = TaskQueue()
_stopper = None

_POLL = 3  # io.IOBase.ioctl: which of the asked-for events are ready
_FOREVER_MS = 1000  # with nothing to do the loop looks around now and then, so that Ctrl-C gets through


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


# -- waiting -------------------------------------------------------------------------------------------------


def sleep_ms(t):
    _task_queue.push(cur_task, ticks_add(ticks_ms(), max(0, t)))
    yield


def sleep(t):
    return sleep_ms(int(t * 1000))


def _wait_in(queue):
    """Sleep until somebody takes the current task out of `queue`."""
    queue.push(cur_task)
    cur_task.data = queue  # a task that is cancelled is removed from what it waits in
    yield


def _wake_all(queue):
    while queue.peek():
        _task_queue.push(queue.pop())


# -- streams -------------------------------------------------------------------------------------------------


class _Streams:
    """Tasks that wait for a stream to become ready."""

    def __init__(self):
        self._poll = select.poll()
        self._waiting = []  # (stream, event, task)

    def wait(self, stream, event):
        self._waiting.append((stream, event, cur_task))
        self._register(stream)
        cur_task.data = self
        yield

    def remove(self, task):
        for entry in [entry for entry in self._waiting if entry[2] is task]:
            self._waiting.remove(entry)
            self._register(entry[0])

    def look(self, wait_ms):
        """Wake the tasks whose streams are ready, after at most `wait_ms`."""
        for stream, ready in self._poll.poll(wait_ms):
            for entry in list(self._waiting):
                if entry[0] is stream and ready & (entry[1] | select.POLLERR | select.POLLHUP):
                    self._waiting.remove(entry)
                    _task_queue.push(entry[2])
            self._register(stream)

    def busy(self):
        return bool(self._waiting)

    def _register(self, stream):
        events = 0
        for entry in self._waiting:
            if entry[0] is stream:
                events |= entry[1]
        if events:
            self._poll.register(stream, events)
        else:
            self._poll.unregister(stream)


class Stream:
    def __init__(self, s, e={}):
        self.s = s
        self.e = e
        self.out_buf = b""

    def get_extra_info(self, v):
        return self.e[v]

    def close(self):
        pass

    async def wait_closed(self):
        self.s.close()

    async def read(self, n=-1):
        data = b""
        while True:
            await _streams.wait(self.s, select.POLLIN)
            piece = self.s.read(n)
            if piece is not None:
                data = data + piece if data else piece
                if n >= 0 or not piece:
                    return data

    async def readinto(self, buf):
        await _streams.wait(self.s, select.POLLIN)
        return self.s.readinto(buf)

    async def readexactly(self, n):
        data = b""
        while n:
            await _streams.wait(self.s, select.POLLIN)
            piece = self.s.read(n)
            if piece is not None:
                if not piece:
                    raise EOFError
                data = data + piece if data else piece
                n -= len(piece)
        return data

    async def readline(self):
        line = None
        while True:
            await _streams.wait(self.s, select.POLLIN)
            piece = self.s.readline()
            if piece is not None:
                line = piece if line is None else line + piece
                if not piece or ord(piece[-1:]) == 10:
                    return line

    def write(self, buf):
        self.out_buf += buf if isinstance(buf, (bytes, bytearray)) else buf.encode()

    async def drain(self):
        while self.out_buf:
            await _streams.wait(self.s, select.POLLOUT)
            target = getattr(self.s, "buffer", self.s)
            self.out_buf = self.out_buf[target.write(self.out_buf) or 0 :]


StreamReader = StreamWriter = Stream
_streams = _Streams()


# -- the loop ------------------------------------------------------------------------------------------------


def _promote_to_task(aw):
    return aw if isinstance(aw, Task) else create_task(aw)


def create_task(coro):
    if not hasattr(coro, "send"):
        raise TypeError("coroutine expected")
    task = Task(coro, globals())
    _task_queue.push(task)
    return task


def _next_task():
    """The next task that is due, waiting for it; None when there is nothing left to wait for."""
    while True:
        task = _task_queue.peek()
        if task:
            wait_ms = max(0, ticks_diff(task.ph_key, ticks_ms()))
        elif _streams.busy():
            wait_ms = _FOREVER_MS
        else:
            return None
        _streams.look(wait_ms)
        task = _task_queue.peek()
        if task and ticks_diff(task.ph_key, ticks_ms()) <= 0:
            return _task_queue.pop()


def run_until_complete(main_task=None):
    global cur_task
    while True:
        task = cur_task = _next_task()
        if task is None:
            if main_task is None or main_task.done():
                return None
            _streams.look(_FOREVER_MS)  # an interrupt may still wake something
            continue
        if task.done():  # it failed some time ago; has anybody asked for its result since?
            if task.state is None:
                Loop.call_exception_handler(
                    {"message": "Task exception wasn't retrieved", "exception": task.data, "future": task}
                )
            continue
        try:
            thrown, task.data = task.data, None
            if thrown:
                task.coro.throw(thrown)
            else:
                task.coro.send(None)
        except (StopIteration, CancelledError, Exception) as result:
            cur_task = None
            _finish(task, result, task is main_task)
            if task is main_task:
                if isinstance(result, StopIteration):
                    return result.value
                raise result


def _finish(task, result, awaited):
    """`task` has ended: with a value (StopIteration) or an exception. Whoever waits for it goes on."""
    waiting = task.state
    if isinstance(waiting, TaskQueue):
        awaited = awaited or bool(waiting.peek())
        _wake_all(waiting)
    task.state = False if awaited else None
    if not awaited and not isinstance(result, (StopIteration, CancelledError)):
        _task_queue.push(task)
    task.data = result


def run(coro):
    return run_until_complete(create_task(coro))


class Loop:
    _handler = None

    def create_task(coro):
        return create_task(coro)

    def run_until_complete(aw):
        return run_until_complete(_promote_to_task(aw))

    def run_forever():
        global _stopper
        _stopper = Event()
        run_until_complete(create_task(_stopper.wait()))

    def stop():
        if _stopper:
            _stopper.set()

    def close():
        pass

    def set_exception_handler(handler):
        Loop._handler = handler

    def get_exception_handler():
        return Loop._handler

    def default_exception_handler(loop, context):
        print(context["message"])
        print("future:", context["future"], "coro=", context["future"].coro)
        sys.print_exception(context["exception"])

    def call_exception_handler(context):
        (Loop._handler or Loop.default_exception_handler)(Loop, context)


def get_event_loop(runq_len=0, waitq_len=0):
    return Loop


def new_event_loop():
    global _task_queue, _streams
    _task_queue = TaskQueue()
    _streams = _Streams()
    return Loop


def current_task():
    if cur_task is None:
        raise RuntimeError("no running event loop")
    return cur_task


# -- several at once -----------------------------------------------------------------------------------------


async def wait_for(aw, timeout, sleep=sleep):
    task = _promote_to_task(aw)
    if timeout is None:
        return await task
    expired = []

    async def watch():
        await sleep(timeout)
        expired.append(True)
        task.cancel()

    watcher = create_task(watch())
    try:
        return await task
    except CancelledError:
        if expired:
            raise TimeoutError
        raise
    finally:
        watcher.cancel()


def wait_for_ms(aw, timeout):
    return wait_for(aw, timeout, sleep_ms)


async def gather(*aws, return_exceptions=False):
    tasks = [_promote_to_task(aw) for aw in aws]
    results = []
    for task in tasks:
        try:
            results.append(await task)
        except CancelledError as error:
            if not return_exceptions:
                for other in tasks:
                    other.cancel()
                raise
            results.append(error)
        except Exception as error:
            if not return_exceptions:
                raise
            results.append(error)
    return results


class Event:
    def __init__(self):
        self._set = False
        self._waiting = TaskQueue()

    def is_set(self):
        return self._set

    def set(self):
        self._set = True
        _wake_all(self._waiting)

    def clear(self):
        self._set = False

    async def wait(self):
        if not self._set:
            await _wait_in(self._waiting)
        return True


class ThreadSafeFlag(io.IOBase):
    def __init__(self):
        self._set = False

    def ioctl(self, request, flags):
        return flags if request == _POLL and self._set else 0

    def set(self):
        self._set = True

    def clear(self):
        self._set = False

    async def wait(self):
        if not self._set:
            await _streams.wait(self, select.POLLIN)
        self._set = False


class Lock:
    def __init__(self):
        self._locked = False
        self._waiting = TaskQueue()

    def locked(self):
        return self._locked

    def release(self):
        if not self._locked:
            raise RuntimeError("Lock not acquired")
        self._locked = False
        if self._waiting.peek():
            _task_queue.push(self._waiting.pop())

    async def acquire(self):
        while self._locked:
            await _wait_in(self._waiting)
        self._locked = True
        return True

    async def __aenter__(self):
        return await self.acquire()

    async def __aexit__(self, *error):
        self.release()
