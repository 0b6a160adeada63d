"""Fuzz all that reads a server of TLS: PYTHONPATH=tests python tests/fuzz/fuzz_tls.py -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure.probe"]):
    from support.tls_parsers import feed


if __name__ == "__main__":
    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()
