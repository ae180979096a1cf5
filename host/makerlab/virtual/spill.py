"""Let a garbage collector that scans the stack see what a WebAssembly function holds in its locals.

MicroPython's collector is conservative: it takes every word of the C stack that looks like a pointer for
one. Compiled to WebAssembly, most pointers are never on that stack (which is ordinary memory) but in locals
and on the operand stack, where no program can look. Objects that only such a place refers to are freed
while in use: programs crash or, worse, compute something else.

`spill_pointers` rewrites a module so that every 32-bit value which is alive while a collection may happen
also stands on the stack in memory. Every function from which the collector can be reached gets a frame:

    +--------------------+  <- stack pointer before the call
    | operand stack      |  values under the arguments of a call
    | i32 locals         |  one word each, written whenever the local is
    +--------------------+  <- `frame`, the stack pointer for the rest of the function

Format: WebAssembly Core Specification 2.0, chapter 5 (binary format), and the exception handling proposal
(try_table, throw, throw_ref). Pure: bytes in, bytes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

I32 = 0x7F

# Opcodes that mean something here (chapter 5.4); all others only move the operand stack.
_BLOCK, _LOOP, _IF, _ELSE, _TRY_TABLE, _END = 0x02, 0x03, 0x04, 0x05, 0x1F, 0x0B
_UNREACHABLE, _THROW, _THROW_REF, _BR, _BR_IF, _BR_TABLE, _RETURN = 0x00, 0x08, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F
_CALL, _CALL_INDIRECT = 0x10, 0x11
_DROP, _SELECT, _SELECT_TYPED = 0x1A, 0x1B, 0x1C
_LOCAL_GET, _LOCAL_SET, _LOCAL_TEE, _GLOBAL_GET, _GLOBAL_SET = 0x20, 0x21, 0x22, 0x23, 0x24
_I32_LOAD, _I32_STORE, _I32_CONST, _I32_SUB = 0x28, 0x36, 0x41, 0x6B

_STACK_POINTER = 0
"""Index of the global that LLVM uses as stack pointer."""

_FRAME_ALIGN = 16
"""LLVM's stack alignment for WebAssembly, bytes."""

_HOLDS_POINTER = frozenset(
    {_CALL, _CALL_INDIRECT, _I32_LOAD, _SELECT, _SELECT_TYPED, _END, _LOCAL_GET, _LOCAL_TEE}
)
"""Instructions whose result may be an object's address (arithmetic gives addresses inside objects, which
the collector does not follow on any machine)."""


class BadModule(ValueError):
    """Not a module this rewriting understands."""


class FuncType(NamedTuple):
    params: tuple[int, ...]
    results: tuple[int, ...]


class Instruction(NamedTuple):
    """One instruction: where it stands in its function's body and the immediates that matter here."""

    opcode: int
    start: int
    end: int
    immediate: int


def spill_pointers(module: bytes, collector: int) -> bytes:
    """`module` with pointers spilled in every function from which function number `collector` is reachable.

    Raises BadModule for what is not a WebAssembly module or uses instructions unknown here.
    """
    sections = _sections(module)
    types = _types(sections[1])
    imported = _imported(sections[2])
    functions = [*imported, *_indices(sections[3])]
    bodies = _bodies(sections[10])
    parsed = [_parse_body(body, types) for body in bodies]
    collecting = _callers(collector, len(imported), parsed)
    code = _vec(
        [
            _with_size(
                _rewrite(body, parts, types[functions[number]], types, functions, collecting)
                if number in collecting
                else body
            )
            for number, (body, parts) in enumerate(zip(bodies, parsed, strict=True), len(imported))
        ]
    )
    output = bytearray(module[:8])
    for number, content in _section_list(module):
        output.append(number)
        output += _with_size(code if number == 10 else content)
    return bytes(output)


# -- reading a module ------------------------------------------------------------------------------------


def _u(data: bytes, at: int) -> tuple[int, int]:
    """Unsigned LEB128 at `at`: value and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _s(data: bytes, at: int) -> tuple[int, int]:
    """Signed LEB128 at `at`: value and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value - (1 << shift) if byte & 0x40 else value), at


def _leb(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _sleb(value: int) -> bytes:
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def _with_size(content: bytes) -> bytes:
    return _leb(len(content)) + content


def _vec(items: list[bytes]) -> bytes:
    return _leb(len(items)) + b"".join(items)


def _section_list(module: bytes) -> list[tuple[int, bytes]]:
    if module[:8] != b"\0asm\1\0\0\0":
        raise BadModule("not a WebAssembly module")
    found = []
    at = 8
    while at < len(module):
        number = module[at]
        size, at = _u(module, at + 1)
        found.append((number, module[at : at + size]))
        at += size
    return found


def _sections(module: bytes) -> dict[int, bytes]:
    sections = {number: content for number, content in _section_list(module) if number}
    if missing := {1, 2, 3, 10} - sections.keys():
        raise BadModule(f"no section {missing}")
    return sections


def _types(section: bytes) -> list[FuncType]:
    types = []
    count, at = _u(section, 0)
    for _index in range(count):
        if section[at] != 0x60:
            raise BadModule("a type that is no function type")
        at += 1
        lists = []
        for _part in range(2):
            size, at = _u(section, at)
            lists.append(tuple(section[at : at + size]))
            at += size
        types.append(FuncType(*lists))
    return types


def _imported(section: bytes) -> list[int]:
    """Type numbers of the imported functions."""
    functions = []
    count, at = _u(section, 0)
    for _index in range(count):
        for _name in range(2):
            size, at = _u(section, at)
            at += size
        if section[at] != 0:
            raise BadModule("imports something that is no function")
        number, at = _u(section, at + 1)
        functions.append(number)
    return functions


def _indices(section: bytes) -> list[int]:
    numbers = []
    count, at = _u(section, 0)
    for _index in range(count):
        number, at = _u(section, at)
        numbers.append(number)
    return numbers


def _bodies(section: bytes) -> list[bytes]:
    bodies = []
    count, at = _u(section, 0)
    for _index in range(count):
        size, at = _u(section, at)
        bodies.append(section[at : at + size])
        at += size
    return bodies


@dataclass
class Body:
    """A function's locals (without parameters), as value types, and its instructions."""

    locals: list[int] = field(default_factory=list)
    code: list[Instruction] = field(default_factory=list)


def _parse_body(body: bytes, types: list[FuncType]) -> Body:
    parsed = Body()
    groups, at = _u(body, 0)
    for _group in range(groups):
        count, at = _u(body, at)
        parsed.locals += [body[at]] * count
        at += 1
    append = parsed.code.append
    while at < len(body):
        start = at
        opcode = body[at]
        at, immediate = _immediate(body, at + 1, opcode)
        append(Instruction(opcode, start, at, immediate))
    return parsed


_ONE_INDEX = frozenset({_THROW, _BR, _BR_IF, _CALL, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0xD2})
_MISC_INDICES = {8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1}
"""Opcode 0xFC: how many indices follow its number (memory.init ... table.fill)."""


def _immediate(body: bytes, at: int, opcode: int) -> tuple[int, int]:
    """Position after the instruction, and the immediate that is used (type, label, function, local, 0xFC's
    number); 0 where none is."""
    if 0x45 <= opcode <= 0xC4 or opcode in (
        _UNREACHABLE, 0x01, _ELSE, _END, _RETURN, _DROP, _SELECT, _THROW_REF, 0xD1,
    ):  # fmt: skip
        return at, 0
    if opcode in _ONE_INDEX:
        value, at = _u(body, at)
        return at, value
    if 0x28 <= opcode <= 0x3E:  # loads and stores: alignment, offset
        _align, at = _u(body, at)
        _offset, at = _u(body, at)
        return at, 0
    if opcode in (_I32_CONST, 0x42):
        _value, at = _s(body, at)
        return at, 0
    if opcode in (_BLOCK, _LOOP, _IF):
        value, at = _s(body, at)
        return at, value
    if opcode == _TRY_TABLE:
        value, at = _s(body, at)
        clauses, at = _u(body, at)
        for _clause in range(clauses):
            kind = body[at]
            at += 1
            for _index in range(2 if kind < 2 else 1):
                _number, at = _u(body, at)
        return at, value
    if opcode == _BR_TABLE:
        count, at = _u(body, at)
        for _label in range(count + 1):
            _number, at = _u(body, at)
        return at, 0
    if opcode == _CALL_INDIRECT:
        value, at = _u(body, at)
        _table, at = _u(body, at)
        return at, value
    if opcode in (0x3F, 0x40):
        return at + 1, 0
    if opcode in (0x43, 0x44):
        return at + (4 if opcode == 0x43 else 8), 0
    if opcode == _SELECT_TYPED:
        count, at = _u(body, at)
        return at + count, body[at]
    if opcode == 0xD0:
        return at + 1, 0
    if opcode == 0xFC:
        number, at = _u(body, at)
        for _index in range(_MISC_INDICES.get(number, 0)):
            _value, at = _u(body, at)
        return at, number
    raise BadModule(f"instruction 0x{opcode:02x} is not known here")


def _callers(collector: int, first: int, bodies: list[Body]) -> set[int]:
    """Numbers of the functions from which `collector` can be reached; an indirect call may go anywhere."""
    callers: dict[int, set[int]] = {}
    reaching = {collector}
    for number, body in enumerate(bodies, first):
        for instruction in body.code:
            if instruction.opcode == _CALL:
                callers.setdefault(instruction.immediate, set()).add(number)
            elif instruction.opcode == _CALL_INDIRECT:
                reaching.add(number)
    waiting = list(reaching)
    while waiting:
        for caller in callers.get(waiting.pop(), ()):
            if caller not in reaching:
                reaching.add(caller)
                waiting.append(caller)
    return reaching - {collector}


# -- the operand stack -----------------------------------------------------------------------------------


class _Value(NamedTuple):
    """A value on the operand stack: its type and the instruction (its index in the body) that made it."""

    type: int
    maker: int


class _Control(NamedTuple):
    """An open block: the stack's height at its start, its type, and whether it can be reached at all."""

    height: int
    params: tuple[int, ...]
    results: tuple[int, ...]
    dead: bool = False


_ANY = 0
"""Type of a value in code that is never reached."""


def _result_type(opcode: int) -> int:
    """Value type that a load, comparison, arithmetic instruction or conversion leaves."""
    i32, i64, f32, f64 = I32, 0x7E, 0x7D, 0x7C
    ranges = (
        (0x28, i32), (0x29, i64), (0x2A, f32), (0x2B, f64), (0x2F, i32), (0x35, i64), (0x3E, _ANY),
        (0x40, i32), (0x41, i32), (0x42, i64), (0x43, f32), (0x44, f64), (0x78, i32), (0x8A, i64),
        (0x98, f32), (0xA6, f64), (0xAB, i32), (0xB1, i64), (0xB6, f32), (0xBB, f64), (0xBC, i32),
        (0xBD, i64), (0xBE, f32), (0xBF, f64), (0xC1, i32), (0xC4, i64),
    )  # fmt: skip
    return next(kind for last, kind in ranges if opcode <= last)


_UNARY = frozenset(
    [
        *range(0x28, 0x36), 0x40, 0x45, 0x50, *range(0x67, 0x6A), *range(0x79, 0x7C), *range(0x8B, 0x92),
        *range(0x99, 0xA0), *range(0xA7, 0xC5),
    ]
)  # fmt: skip
_RESULT = {opcode: _result_type(opcode) for opcode in range(0x28, 0xC5)}
_MISC_POPS = {8: 3, 9: 0, 10: 3, 11: 3, 12: 3, 13: 0, 14: 3, 17: 3}


def _spilled_makers(
    code: list[Instruction],
    locals_: list[int],
    results: tuple[int, ...],
    types: list[FuncType],
    functions: list[int],
    collecting: set[int],
) -> dict[int, int]:
    """Instructions whose result stays on the operand stack across a call that may collect, with its height
    there (which is its place in the frame: two values alive at once never have the same height)."""
    makers: dict[int, int] = {}
    stack: list[_Value] = []
    controls = [_Control(0, (), results)]
    last_set: dict[int, int] = {}
    dead = False  # after an unconditional jump, until the block ends

    def pop(count: int) -> None:
        base = controls[-1].height
        del stack[max(base, len(stack) - count) :]

    def push(kinds: tuple[int, ...], maker: int) -> None:
        stack.extend(_Value(kind, maker) for kind in kinds)

    def block_type(immediate: int) -> FuncType:
        if immediate >= 0:
            return types[immediate]
        return FuncType((), () if immediate == -0x40 else (immediate & 0x7F,))

    def across(arguments: int) -> None:
        for height in range(len(stack) - arguments):
            value = stack[height]
            if value.type != I32 or value.maker < 0:
                continue
            maker = code[value.maker]
            if maker.opcode not in _HOLDS_POINTER:
                continue
            if maker.opcode in (_LOCAL_GET, _LOCAL_TEE) and last_set.get(maker.immediate, -1) <= value.maker:
                continue  # the local itself has it
            makers[value.maker] = height

    for index, (opcode, _start, _end, immediate) in enumerate(code):
        if opcode in (_BLOCK, _LOOP, _IF, _TRY_TABLE):
            if opcode == _IF:
                pop(1)
            kind = block_type(immediate)
            pop(len(kind.params))
            controls.append(_Control(len(stack), kind.params, kind.results, dead))
            push(kind.params, -1)
        elif opcode == _ELSE:
            control = controls[-1]
            del stack[control.height :]
            push(control.params, -1)
            dead = control.dead
        elif opcode == _END:
            control = controls.pop()
            del stack[control.height :]
            push(control.results, index if len(control.results) == 1 else -1)
            dead = control.dead
        elif dead:
            continue
        elif opcode in (_UNREACHABLE, _BR, _BR_TABLE, _RETURN, _THROW, _THROW_REF):
            del stack[controls[-1].height :]
            dead = True
        elif opcode == _LOCAL_GET:
            push((locals_[immediate],), index)
        elif opcode == _LOCAL_SET:
            pop(1)
            last_set[immediate] = index
        elif opcode == _LOCAL_TEE:
            last_set[immediate] = index
            pop(1)
            push((locals_[immediate],), index)
        elif opcode in (_CALL, _CALL_INDIRECT):
            kind = types[functions[immediate] if opcode == _CALL else immediate]
            arguments = len(kind.params) + (opcode == _CALL_INDIRECT)
            if opcode == _CALL_INDIRECT or immediate in collecting:
                across(arguments)
            pop(arguments)
            push(kind.results, index if len(kind.results) == 1 else -1)
        elif opcode in (_DROP, _GLOBAL_SET, _BR_IF):
            pop(1)
        elif opcode == _GLOBAL_GET:
            push((I32,), -1)
        elif opcode in (_SELECT, _SELECT_TYPED):
            chosen = stack[-2].type
            pop(3)
            push((chosen,), index)
        elif opcode in _UNARY:
            pop(1)
            push((_RESULT[opcode],), index)
        elif 0x36 <= opcode <= 0x3E:
            pop(2)
        elif 0x41 <= opcode <= 0x44 or opcode == 0x3F:
            push((_RESULT[opcode],), index)
        elif 0x45 <= opcode <= 0xC4:
            pop(2)
            push((_RESULT[opcode],), index)
        elif opcode == 0xFC:
            if immediate < 8:  # saturating conversions: four to i32, four to i64
                pop(1)
                push((I32 if immediate < 4 else 0x7E,), index)
            elif immediate in _MISC_POPS:
                pop(_MISC_POPS[immediate])
            else:
                raise BadModule(f"instruction 0xfc {immediate} is not known here")
        elif opcode != 0x01:
            raise BadModule(f"instruction 0x{opcode:02x} is not known here")
    return makers


# -- writing a function ----------------------------------------------------------------------------------


def _rewrite(
    body: bytes,
    parsed: Body,
    kind: FuncType,
    types: list[FuncType],
    functions: list[int],
    collecting: set[int],
) -> bytes:
    locals_ = [*kind.params, *parsed.locals]
    makers = _spilled_makers(parsed.code, locals_, kind.results, types, functions, collecting)
    homes = {number: place for place, number in enumerate(n for n, t in enumerate(locals_) if t == I32)}
    if not homes and not makers:
        return body
    operands = len(homes)  # first word of the part for the operand stack
    heights = {height: place for place, height in enumerate(sorted(set(makers.values())))}
    size = -(-4 * (operands + len(heights)) // _FRAME_ALIGN) * _FRAME_ALIGN
    frame, spare = len(locals_), len(locals_) + 1
    load_frame, load_spare = bytes([_LOCAL_GET]) + _leb(frame), bytes([_LOCAL_GET]) + _leb(spare)

    def store(place: int) -> bytes:
        return bytes([_I32_STORE, 2]) + _leb(4 * place)

    save = {
        number: load_frame + bytes([_LOCAL_GET]) + _leb(number) + store(place)
        for number, place in homes.items()
    }
    if len(kind.results) > 1:
        raise BadModule("a function with several results")
    out = bytearray(
        _vec([_leb(1) + bytes([t]) for t in parsed.locals] + [_leb(2) + bytes([I32])])
        + bytes([_GLOBAL_GET, _STACK_POINTER, _I32_CONST])
        + _sleb(size)
        + bytes([_I32_SUB, _LOCAL_TEE])
        + _leb(frame)
        + bytes([_GLOBAL_SET, _STACK_POINTER])
    )
    for number in range(len(kind.params)):
        out += save.get(number, b"")
    # The body becomes a block, so that every way out of it leads to the end, where the frame is given back.
    out += bytes([_BLOCK, kind.results[0] if kind.results else 0x40])
    depth = 0
    for index, (opcode, start, end, immediate) in enumerate(parsed.code):
        if opcode == _RETURN:
            out += bytes([_BR]) + _leb(depth)
            continue
        out += body[start:end]
        if opcode in (_LOCAL_SET, _LOCAL_TEE):
            out += save.get(immediate, b"")
        elif opcode in (_BLOCK, _LOOP, _IF, _TRY_TABLE):
            depth += 1
        elif opcode == _END:
            depth -= 1
        if index in makers:
            place = operands + heights[makers[index]]
            out += bytes([_LOCAL_SET]) + _leb(spare) + load_frame + load_spare + store(place) + load_spare
    out += load_frame + bytes([_I32_CONST]) + _sleb(size) + bytes([0x6A, _GLOBAL_SET, _STACK_POINTER, _END])
    return bytes(out)
