"""What numba has no word for: unaligned loads, bits counted, memory asked for ahead; each is one LLVM instruction."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD = ir.IntType(64)
BYTES = ir.IntType(8).as_pointer()
FLAG = ir.IntType(32)


@intrinsic
def load(typing: Any, data: Any, at: Any) -> Any:
    """Read the eight bytes from `at` on, which all lie in the array."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), WORD.as_pointer())
        return builder.load(place, align=1)

    return types.uint64(data, types.uint64), build


@intrinsic
def lowest(typing: Any, bits: Any) -> Any:
    """Number the lowest bit that is set; 64 where none is."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), build


@intrinsic
def count(typing: Any, bits: Any) -> Any:
    """Count the bits that are set."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), build


@intrinsic
def fetch(typing: Any, array: Any, at: Any) -> Any:
    """Ask for the memory about a place that will be read soon; a place beyond the array does no harm."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(held.data, [arguments[1]]), BYTES)
        kind = ir.FunctionType(ir.VoidType(), [BYTES, FLAG, FLAG, FLAG])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [BYTES], kind)
        builder.call(prefetch, [place, FLAG(0), FLAG(3), FLAG(1)])  # to read, into every cache, data
        return context.get_dummy_value()

    return types.void(array, types.uint64), build
