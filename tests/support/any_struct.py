"""Any value that a msgspec struct may hold: what a replayed file could bring, whether or not a probe would ever see it."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

TEXTS = st.sampled_from(
    ["", "a", "www.hopital.example", "127.0.0.9", "v=spf1 -all", "\u202e<b>", "é" * 300, "1.2.3"]
)
NUMBERS = st.sampled_from([0, 1, -1, 443, 2048, 1_790_000_000, 2**40])


def values(of: inspect.Type, depth: int = 4) -> st.SearchStrategy[Any]:
    """Values of one type, as plain objects; deep lists are short."""
    match of:
        case inspect.StructType():
            return struct_of(of, depth)
        case inspect.ListType() | inspect.VarTupleType():
            return st.lists(values(of.item_type, depth - 1), max_size=2 if depth > 0 else 0)
        case inspect.DictType():
            items = values(of.value_type, depth - 1)
            return st.dictionaries(TEXTS, items, max_size=2 if depth > 0 else 0)
        case inspect.UnionType():
            return st.one_of(*(values(x, depth) for x in of.types))
        case inspect.EnumType():
            return st.sampled_from([x.value for x in of.cls])
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return NUMBERS
        case inspect.FloatType():
            return NUMBERS.map(float)
        case inspect.NoneType():
            return st.none()
        case _:
            return TEXTS


def struct_of(of: inspect.StructType, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Values of one struct: each field given or left to its default."""
    fields = {f.encode_name: values(f.type, depth - 1) for f in of.fields}
    given = {name: fields.pop(name) for f in of.fields if f.required for name in [f.encode_name]}
    tag = {of.tag_field: st.just(of.tag)} if of.tag_field else {}
    return st.fixed_dictionaries(given | tag, optional=fields)


def instances(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Instances of a struct."""
    return values(inspect.type_info(kind)).map(lambda told: msgspec.convert(told, kind))
