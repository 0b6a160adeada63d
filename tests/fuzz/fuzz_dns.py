"""Every parser of what a name server, a mail server or a policy host sends, under atheris.

    pip install atheris
    PYTHONPATH=tests python tests/fuzz/fuzz_dns.py CORPUS -max_total_time=600

`answers.py` beside makes a folder of real answers, to be given after CORPUS.

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

from support.fuzzing import begin

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


SEEDS = (
    "v=spf1 include:_spf.exemple.example a:b.example/24//64 mx ip4:192.0.2.0/24 ip6:2001:db8::/32 exists:%{i}.x.example redirect=_spf.x.example -all",
    "v=DMARC1; p=quarantine; sp=none; pct=50; t=y; rua=mailto:a@exemple.example!10m,mailto:b@x.example; ruf=mailto:c@y.example; adkim=s; fo=1:d",
    "v=DKIM1; k=rsa; t=y:s; h=sha256; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3QEKyU1fSma0axspqYK5iAj+54lsAg4qRRCnpKK68hawSd8zpsDz77ntGCR0X2mHVvkf0WEOIqaspaG/A5IGxieiWer+wBX8lW2tE4NHTE0PLhHqL0uD2sif2pKoPR3Wr6n/rbiihGYCIzvuY4/U5GigNUGls/QUbCPRyzho30wIDAQAB",
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "version: STSv1\r\nmode: enforce\r\nmx: *.exemple.example\r\nmx: mx.x.example\r\nmax_age: 604800\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    "250-mx.exemple.example\r\n250-STARTTLS\r\n250-SIZE 1000\r\n250 8BITMIME\r\n",
)
"""Records, policies and replies of mail, whole."""


if __name__ == "__main__":
    texts_of_mail = [b"\3" + text.encode() for text in SEEDS]
    atheris.Setup(begin(sys.argv, texts_of_mail), one_input)
    atheris.Fuzz()
