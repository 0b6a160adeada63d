"""Every parser of what a name server, a mail server or a policy host sends, under atheris.

    pip install atheris
    python tests/fuzz/fuzz_dns.py -max_total_time=600

A fault of the protocol is an answer; anything else that is raised stops the run and is written to a file.
"""

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure.probe"]):
    from rempart.engines.exposure.dial import ProtocolFault
    from rempart.engines.exposure.probe.dns import denial, rdata, wire
    from rempart.engines.exposure.probe.dns.aliases import path
    from rempart.engines.exposure.probe.dns.answers import glue_of
    from rempart.engines.exposure.probe.dns.dnssec import KeyRing, key_bits
    from rempart.engines.exposure.probe.dns.names import ROOT, to_text, to_wire
    from rempart.engines.exposure.probe.mail.dkim import read_key
    from rempart.engines.exposure.probe.mail.dmarc import read_dmarc
    from rempart.engines.exposure.probe.mail.smtp import compare, read_reply
    from rempart.engines.exposure.probe.mail.spf import read_spf
    from rempart.engines.exposure.probe.mail.sts import read_policy, read_response

NOW = 1_780_000_000.0
QUESTION = wire.question(to_wire("a.b.exemple.example"), wire.A)


def message(data: bytes) -> None:
    """A whole answer: read, grouped, verified with its own keys, followed."""
    read = wire.parse(data)
    records = [*read.answer, *read.authority]
    sets = wire.rrsets(records)
    keys = []
    for record in records:
        to_text(record.name)
        if record.kind == wire.DNSKEY:
            with suppress(ProtocolFault):
                keys.append(rdata.key(record.data))
    ring = KeyRing(ROOT, keys)
    for one in sets.values():
        ring.verify(one, NOW, read)
    proofs(records)
    path(read, records[0].name if records else ROOT, wire.A, ROOT)
    glue_of(read.additional, [record.data for record in records], ROOT)


def known_question(data: bytes) -> None:
    """An answer to a question of ours is read the same, whether the question is read again or not."""
    data = data[:4] + b"\0\1" + data[6:12] + QUESTION + data[12:]
    told = []
    for asked in (b"", QUESTION):
        try:
            read = wire.parse(data, asked)
            told.append((read.rcode, read.answer, read.authority, read.additional))
        except ProtocolFault:
            told.append(None)
    if told[0] != told[1]:
        raise AssertionError(told)


def proofs(records: list[wire.Record]) -> None:
    """What the proofs of absence of an answer say of a name."""
    plain, hashed = [], []
    for record in records:
        with suppress(ProtocolFault):
            if record.kind == wire.NSEC:
                plain.append((record.name, *rdata.nsec(record.data)))
            elif record.kind == wire.NSEC3:
                hashed.append((denial.owner_hash(record.name), rdata.nsec3(record.data)))
    name = to_wire("a.b.exemple.example")
    denial.by_nsec(name, wire.A, plain)
    if hashed:
        denial.by_nsec3(name, wire.A, ROOT, hashed)
        denial.covers_by_nsec3(name, ROOT, hashed)


def data_of_records(data: bytes) -> None:
    """The decoder of each type."""
    for reader in (
        rdata.address, rdata.text, rdata.caa, rdata.tlsa, rdata.soa, rdata.signature, rdata.signer, rdata.digest, rdata.nsec, rdata.nsec3,
    ):  # fmt: skip
        with suppress(ProtocolFault):
            reader(data)
    with suppress(ProtocolFault):
        key_bits(rdata.key(data))


def texts(data: bytes) -> None:
    """Records and replies of mail."""
    text = data.decode("utf-8", "replace")
    read_spf(f"v=spf1 {text}")
    read_dmarc(text)
    read_key("s", text)
    read_policy(text)
    for reader in (read_reply, read_response):
        with suppress(ProtocolFault):
            reader(data)
    compare([(3, 1, 1, "00")], data)
    with suppress(ProtocolFault):
        to_wire(text)


TARGETS = (message, known_question, data_of_records, texts)


def one_input(data: bytes) -> None:
    """The first byte chooses the target."""
    if data:
        with suppress(ProtocolFault):
            TARGETS[data[0] % len(TARGETS)](data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
