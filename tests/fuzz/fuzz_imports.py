"""Fuzz the readers of other tools' files and of feed bundles: PYTHONPATH=tests python tests/fuzz/fuzz_imports.py CORPUS -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure"]):
    from datetime import date

    from rempart.engines.exposure.feeds.cve_records import Holes
    from rempart.engines.exposure.feeds.envelope import MARK, opened
    from rempart.engines.exposure.feeds.spans import spans_of_text
    from rempart.engines.exposure.read.imports import read_import
    from rempart.engines.exposure.read.mapped_csv import read_mapping
    from rempart.engines.exposure.read.source import Limits
    from rempart.kernel.errors import UnreadableSource

from support.fuzzing import begin

FILE = Path(tempfile.mkdtemp()) / "import"
SAMPLES = Path(__file__).parents[1] / "data" / "exposure" / "imports"
MAPPING = read_mapping(SAMPLES / "state.yaml")
SEEDS = (
    b'[{"ip":"192.0.2.1","timestamp":"1700000000","ports":[{"port":443,"proto":"tcp","status":"open","service":{"name":"http","banner":"x"}}]},\n{finished: 1}]\n',
    b'{"ip":"192.0.2.1","timestamp":1700000000,"port":80,"proto":"tcp","rec_type":"status","data":{"status":"open"}}\n',
    b'"id","fqdn/ip","port","severity","finding","cve","cwe"\n"SSLv3","www.a.example/192.0.2.1","443","HIGH","offered","CVE-2014-3566","CWE-310"\n',
    b"Plugin ID,CVE,CVSS,Risk,Host,Protocol,Port,Name\n10863,CVE-2099-0001,7.5,High,192.0.2.1,tcp,443,SSL\n",
    b"IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,Specific Result,NVT OID,CVEs,Task ID,Timestamp\n"
    b"192.0.2.1,www.a.example,443,tcp,9.8,High,97,VendorFix,A hole,s,seen,1.2.3,CVE-2099-0001,t,2026-03-01T10:00:00Z\n",
    b"data,hostnames,ip,ip_str,ipv6,port,timestamp,transport,product,version,vulns,title\n"
    b"x,www.a.example;b.example,1,192.0.2.1,,443,2026-03-01T10:00:00.5,tcp,nginx,1.18.0,CVE-2099-0001,t\n",
)
"""Forms of which the samples have none."""
SMALL = Limits(file=1 << 22, inflated=1 << 22, grace=1 << 20, document=1 << 22, line=1 << 20)


def one(data: bytes) -> None:
    """A refusal is an answer; anything else that is raised is a fault."""
    FILE.write_bytes(data)
    try:
        for claim in read_import(FILE, limits=SMALL).claims:
            if len(claim.evidence) > 300 or not 0 <= claim.endpoint.port <= 65535:
                raise RuntimeError("a claim goes past its bounds")
    except UnreadableSource:
        pass
    with suppress(UnreadableSource):
        read_import(FILE, mapping=MAPPING, limits=SMALL)
    with suppress(UnreadableSource):
        opened(MARK + data, {}, date(2026, 3, 1))
    text = data[:200].decode("utf-8", "replace")
    list(spans_of_text(text))
    records = [{"status": "affected", "version": text[:40], "lessThan": text[40:80]}]
    condensed = {"id": "CVE-2099-0001", "aff": [{"v": text[:20], "p": text[20:], "ver": records}]}
    Holes().add_condensed(condensed)


if __name__ == "__main__":
    samples = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
    atheris.Setup(begin(sys.argv, [*SEEDS, *samples]), one)
    atheris.Fuzz()
