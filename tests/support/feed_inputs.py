"""Files of others made from random bytes: public data on holes, bundles signed all the same, proofs, lists of names.

Most begin from a sample in which a part is replaced, so that what reads the middle of a file is reached; what is signed is
signed again after it was changed, as a careless author would.
"""

import gzip
import hashlib
import io
import json
import tempfile
import zipfile
import zlib
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.discover import read_names
from rempart.engines.exposure.feeds.build import latest_day, read_folder
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.envelope import MARK, opened, sealed
from rempart.engines.exposure.feeds.trust import fingerprint, read_trusted
from rempart.engines.exposure.proof import opened as opened_proof, sealed as sealed_proof
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.kernel.errors import UnreadableSource
from support.feeds import MADE_ON, SAMPLES
from support.web_inputs import Draw

REGISTERED: Final = _checks
TODAY: Final = date(2026, 3, 12)
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED: Final = {fingerprint(KEY.public_key()): KEY.public_key()}
PLACE: Final = Endpoint("192.0.2.9", 443, "www.chu.example")
PRODUCTS: Final = [
    Product(id="fortigate", name="FortiGate", version="7.0.5", cpe="cpe:2.3:o:fortinet:fortios"),
    Product(
        id="nginx", name="nginx", version="1.18.0", cpe="cpe:2.3:a:f5:nginx", packaged="debian"
    ),
    Product(id="exchange", name="Exchange", version="15.2.1544.4", is_unique_build=True),
    Product(id="netscaler", name="NetScaler", version="13.1-49.15"),
]
LIBRARIES: Final = [Product(id="jquery", name="jQuery", version="3.4.0")]
VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1e300, 2**63, "", "x", "²", "2026-99-99", "0000-00-00", "9999-12-31", "CVE-2099-0001", [], {}, [[]], {"a": {}},
    ["x"], "7.0.13", "*", "<= 1.2", "cpe:2.3:o:fortinet:fortios", "(a+)+$", "August 31, 99999", 3.5,
)  # fmt: skip


@cache
def samples() -> tuple[tuple[str, bytes], ...]:
    """The public files of the tests."""
    return tuple(
        (path.name, path.read_bytes()) for path in sorted(SAMPLES.iterdir()) if path.is_file()
    )


def changed(value: Any, draw: Draw, depth: int = 0) -> Any:
    """The same document, one node of it replaced, renamed or taken away."""
    if depth and (not isinstance(value, list | dict) or not value or draw.number(6) == 0):
        return VALUES[draw.number(len(VALUES))]
    if isinstance(value, dict) and value:
        names = sorted(value)
        name = names[draw.number(len(names))]
        if draw.number(8) == 0:
            return {key: one for key, one in value.items() if key != name}
        if draw.number(16) == 0:
            return {**value, draw.take(draw.number(12)).decode("latin-1"): value[name]}
        return {**value, name: changed(value[name], draw, depth + 1)}
    if isinstance(value, list) and value:
        at = draw.number(len(value))
        return [*value[:at], changed(value[at], draw, depth + 1), *value[at + 1 :]]
    return value


def cut(data: bytes, draw: Draw) -> bytes:
    """The same bytes, a part replaced."""
    at = draw.number(max(min(len(data), 65535), 1))
    size, put = draw.number(64), draw.take(draw.number(64))
    return data[:at] + put + data[at + size :]


def harmed(name: str, data: bytes, draw: Draw) -> bytes:
    """A sample whose meaning is changed in its own form."""
    if name.endswith(".json") and draw.number(4):
        plain = json.loads(data)
        for _ in range(1 + draw.number(4)):
            plain = changed(plain, draw)
        return json.dumps(plain).encode()
    if name.endswith(".jsonl") and draw.number(4):
        lines = data.splitlines()
        at = draw.number(len(lines))
        lines[at] = json.dumps(changed(json.loads(lines[at]), draw)).encode()
        return b"\n".join(lines)
    return cut(data, draw)


def put_in(folder: Path, draw: Draw) -> None:
    """One or several files of a folder of public data."""
    for _ in range(1 + draw.number(3)):
        name, data = samples()[draw.number(len(samples()))]
        data = harmed(name, data, draw)
        match draw.number(6):
            case 0:
                name, data = name + ".gz", cut(gzip.compress(data, 1, mtime=0), draw)
            case 1:
                name, data = "all.zip", zipped({name: data, "in.zip": zipped({"b.json": data})})
                data = cut(data, draw) if draw.number(2) else data
            case 2:
                name = ("a.json", "a.csv", "a.jsonl", "a.zip")[draw.number(4)]
        (folder / name).write_bytes(data)


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def public_files(draw: Draw) -> None:
    """A folder, the bundle made of it, and what checks say with it."""
    with tempfile.TemporaryDirectory() as folder:
        put_in(Path(folder), draw)
        read = read_folder(Path(folder))
    latest_day(read.origins)
    data = sealed(read.contents, read.origins, made_on=MADE_ON, key=KEY)
    judged(opened(data, TRUSTED, TODAY))


@cache
def sample() -> bytes:
    """A bundle of all the samples, signed by the key."""
    read = read_folder(SAMPLES)
    return sealed(read.contents, read.origins, made_on=MADE_ON, key=KEY)


def bundles(draw: Draw) -> None:
    """A bundle whose header or contents were changed, and which is signed again."""
    whole = sample()
    size = int.from_bytes(whole[len(MARK) : len(MARK) + 4], "big")
    header = json.loads(whole[len(MARK) + 4 : len(MARK) + 4 + size])
    payload = whole[len(MARK) + 4 + size + 64 :]
    choice = draw.number(4)
    if choice == 1:
        plain = msgspec.msgpack.decode(gzip.decompress(payload))
        payload = repacked(msgspec.msgpack.encode(changed(plain, draw)), header)
    elif choice == 2:
        payload = repacked(cut(gzip.decompress(payload), draw), header)
    elif choice == 3:
        payload = cut(payload, draw)
    header |= {"payload_bytes": len(payload), "payload_sha256": hashlib.sha256(payload).hexdigest()}
    header = changed(header, draw) if draw.number(2) else header
    text = json.dumps(header).encode()
    signed = MARK + len(text).to_bytes(4, "big") + text
    judged(opened(signed + KEY.sign(signed) + payload, TRUSTED, TODAY))


def repacked(plain: bytes, header: dict[str, Any]) -> bytes:
    """The payload of these contents, and its size in the header."""
    header["inflated_bytes"] = len(plain)
    engine = zlib.compressobj(1, zlib.DEFLATED, 31)
    return engine.compress(plain) + engine.flush()


def judged(bundle: Bundle) -> None:
    """The checks of known holes, with this bundle."""
    seen = (
        ServiceSeen(reach=Reach.ANSWERED, endpoint=PLACE, products=PRODUCTS, service="https"),
        HttpSeen(
            reach=Reach.ANSWERED, endpoint=PLACE, is_tls=True, products=PRODUCTS, libraries=LIBRARIES,
            details={"netscaler_stamp": "1702886392"}, status=200,
        ),
    )  # fmt: skip
    for content in exposure_catalogue().checks.values():
        check = CHECKS[content.id]
        for one in seen if content.id.startswith("hole_") else ():
            if type(one) in check.kinds:
                list(check.function(one, Context(content.params, TODAY, bundle)))
    bundle.as_of()


def raw(draw: Draw) -> None:
    """The same bytes to all that reads a file: bundle, keys, proof, list of names."""
    data = draw.rest()
    with suppress(UnreadableSource):
        opened(data, TRUSTED, TODAY)
    with suppress(UnreadableSource):
        read_trusted(b"-----BEGIN PUBLIC KEY-----" + data + b"-----END PUBLIC KEY-----")
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        list(read_names(Path(file.name)))


def proofs(draw: Draw) -> None:
    """A proof that was changed after it was made."""
    files = {"a.json": draw.take(draw.number(40)), "b.pdf": b"%PDF"}
    opened_proof(cut(sealed_proof(files, KEY), draw), TRUSTED)


def names(draw: Draw) -> None:
    """An extract of Certificate Transparency."""
    listed = [{"name_value": "a.chu.example\n*.b.chu.example", "common_name": "c"}]
    texts = (
        json.dumps(changed(listed, draw)),
        "name,dns_names\na.chu.example,b\n",
        "a.chu.example\n",
    )
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(cut(texts[draw.number(3)].encode(), draw))
        list(read_names(Path(file.name)))


SHAPES: Final = (public_files, bundles, raw, proofs, names, public_files)


def read_feeds(data: bytes) -> None:
    """The first byte chooses the shape. A refusal is an answer; anything else that is raised is a fault."""
    draw = Draw(data)
    with suppress(UnreadableSource):
        SHAPES[draw.number(len(SHAPES))](draw)


def seeds() -> list[bytes]:
    """Inputs to begin with: bytes that go up, for each shape, and a bundle and a list as they are."""
    steps = bytes((11 * at) % 256 for at in range(600))
    found = [
        bytes([shape]) + steps[at : at + 60]
        for shape in range(len(SHAPES))
        for at in range(0, 500, 50)
    ]
    return [
        *found,
        b"\x02" + sample()[:4000],
        b'\x02[{"name_value": "a.example"}]',
        b"\x02a.example\n",
    ]
