"""SharpHound files cut into pieces: the same objects whatever the size of the pieces and the dress of the file."""

import io
import time
from typing import Any

import msgspec
import pytest

from rempart.engines.directory.read import json_stream
from rempart.engines.directory.read.json_stream import ArrayFile
from rempart.kernel.errors import UnreadableSource

OBJECTS: list[dict[str, Any]] = [
    {
        "Members": [{"ObjectIdentifier": f"S-1-5-21-1-2-3-{i}"}, {"Members": 1}],
        "Name": 'un nom piégé },{"Members":[ et "] ',
        "n": i,
    }
    for i in range(200)
]
DECODER = msgspec.json.Decoder(list[dict[str, Any]])


def read(data: bytes, name: str = "x.json") -> tuple[list[dict[str, Any]], ArrayFile]:
    file = ArrayFile(name, io.BytesIO(data))
    assert file.open()
    return [o for piece in file.pieces(DECODER.decode) for o in piece], file


@pytest.fixture(autouse=True, params=[64, 997, 1 << 20])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(json_stream, "PIECE", request.param)
    return int(request.param)


def test_objects_come_back_in_order_with_meta_last() -> None:
    objects, file = read(msgspec.json.encode({"data": OBJECTS, "meta": {"count": 200}}))
    assert objects == OBJECTS
    assert file.around == {"meta": {"count": 200}}


def test_meta_may_come_first_and_the_file_may_be_indented_with_a_bom() -> None:
    text = msgspec.json.format(
        msgspec.json.encode({"meta": {"type": "groups"}, "data": OBJECTS}), indent=4
    )
    objects, file = read(b"\xef\xbb\xbf" + text)
    assert objects == OBJECTS
    assert file.around == {"meta": {"type": "groups"}}


def test_an_empty_array_is_read_as_nothing() -> None:
    assert read(b'{"data":[],"meta":{"count":0}}')[0] == []


def test_a_file_saved_in_utf_16_is_read() -> None:
    data = msgspec.json.encode({"data": OBJECTS[:5], "meta": {}}).decode().encode("utf-16")
    assert read(data)[0] == OBJECTS[:5]


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.99])
def test_a_truncated_file_is_refused_with_its_name(keep: float) -> None:
    data = msgspec.json.encode({"data": OBJECTS, "meta": {"count": 200}})
    with pytest.raises(UnreadableSource, match="groupes.json .*tronqué"):
        read(data[: int(len(data) * keep)], "groupes.json")


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"[1,2]", b"<html>", b'"texte"'])
def test_what_is_not_a_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="n’est pas du JSON"):
        ArrayFile("x.json", io.BytesIO(data)).open()


def test_a_json_object_without_array_is_told_apart() -> None:
    file = ArrayFile("x.json", io.BytesIO(b'{"graph":{"nodes":[]},"metadata":{}}'))
    assert not file.open()
    assert file.around["graph"] == {"nodes": []}


def test_the_first_object_is_shown_without_reading_the_file() -> None:
    file = ArrayFile("x.json", io.BytesIO(msgspec.json.encode({"data": OBJECTS, "meta": {}})))
    file.open()
    assert file.first_object() in (OBJECTS[0], {})


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack() -> None:
    deep = b'{"data":[' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b'],"meta":{}}'
    with pytest.raises(UnreadableSource):
        read(deep)


def test_an_object_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "PIECE", 997)
    monkeypatch.setattr(json_stream, "LONGEST_OBJECT", 4096)
    data = msgspec.json.encode({"data": [{"Name": "x" * 300_000}, {"Name": "y"}], "meta": {}})
    with pytest.raises(UnreadableSource, match="dépasse"):
        read(data)


@pytest.mark.parametrize(
    "data", [b'{"meta":{"a":', b'{"meta":' + b'{"a":' * 2000, '{"data":'.encode("utf-16")[:-1]]
)
def test_a_value_before_the_array_that_has_no_end_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        ArrayFile("x.json", io.BytesIO(data)).open()


def test_a_long_value_that_has_no_end_is_refused_at_once() -> None:
    data = b'{"meta":{"a":[' + b'"x",' * 100_000 + b"}}"
    started = time.process_time()
    with pytest.raises(UnreadableSource):
        ArrayFile("x.json", io.BytesIO(data)).open()
    assert time.process_time() - started < 2


def test_what_stands_before_the_array_keeps_its_accents_and_its_place(piece: int) -> None:
    value = {"tool": "é\\" + "à" * (piece // 8), "n": -1.5e3, "b": [True, None, {}]}
    data = msgspec.json.encode({"meta": value, "data": OBJECTS[:3]})
    if len(data) > 2 * piece:
        return  # `meta` must fit in what is read at first
    objects, file = read(data)
    assert (objects, file.around) == (OBJECTS[:3], {"meta": value})


@pytest.mark.parametrize("number", [0, 100, 199])
def test_a_text_that_is_not_utf_8_is_said_wherever_it_is(number: int) -> None:
    data = msgspec.json.encode({"data": OBJECTS, "meta": {"count": 200}})
    spoilt = data.replace(b'"n":%d}' % number, b'"n":"\xe9t\xe9"}')
    with pytest.raises(UnreadableSource, match="UTF-8"):
        read(spoilt)


def test_a_first_object_that_is_not_utf_8_is_said() -> None:
    file = ArrayFile("x.json", io.BytesIO(b'{"data":[{"a":"\xe9"},{"a":"b"}],"meta":{}}'))
    assert file.open()
    with pytest.raises(UnreadableSource, match="UTF-8"):
        file.first_object()
