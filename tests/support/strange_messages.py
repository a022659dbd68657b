"""Messages as strangers may send them: any field that the schema has, with whatever it can hold."""

from typing import Any

from hypothesis import strategies as st

from comptoir.sessions import contents, neonize_guard

neonize_guard.import_python_side()

from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # noqa: E402  (after its guard)

LONG = st.one_of(st.text(max_size=20), st.text(max_size=3).map(lambda text: text * 40_000))


@st.composite
def filled(draw: st.DrawFn, descriptor: Any = e2e.Message.DESCRIPTOR, depth: int = 3) -> dict[str, Any]:
    """Arguments for a protobuf of this type, with whatever its fields can hold."""
    fields = draw(st.lists(st.sampled_from(list(descriptor.fields)), max_size=4, unique_by=lambda field: field.name))
    made: dict[str, Any] = {}
    for field in fields:
        if field.message_type is not None and not depth:
            continue
        value = draw(_value(field, depth))
        made[field.name] = [value] * draw(st.sampled_from([1, 3])) if field.is_repeated else value
    return made


def _value(field: Any, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return filled(field.message_type, depth - 1)
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    by_type: dict[int, st.SearchStrategy[Any]] = {
        field.CPPTYPE_STRING: st.binary(max_size=40) if field.type == field.TYPE_BYTES else LONG,
        field.CPPTYPE_BOOL: st.booleans(),
        field.CPPTYPE_DOUBLE: st.floats(),
        field.CPPTYPE_FLOAT: st.floats(width=32),
        field.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
        field.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
        field.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
        field.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    }
    return by_type[field.cpp_type]


SPEAKING = [field for field in e2e.Message.DESCRIPTOR.fields if field.name in contents._KINDS]


@st.composite
def speaking(draw: st.DrawFn) -> dict[str, Any]:
    """A message of a kind that has a name here, with whatever its fields can hold."""
    field = draw(st.sampled_from(SPEAKING))
    return {field.name: draw(filled(field.message_type))}


MESSAGES = st.one_of(filled(), speaking())
"""Arguments for a waE2E.Message."""
