"""Fuzz all that reads a server of TLS: PYTHONPATH=tests python tests/fuzz/fuzz_tls.py CORPUS -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project. `answers.py` beside makes a folder of what real
servers answer, to be given after CORPUS.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure.probe"]):
    from support.tls_parsers import feed
    from support.tls_seeds import seeds

from support.fuzzing import begin

if __name__ == "__main__":
    atheris.Setup(begin(sys.argv, seeds()), feed)
    atheris.Fuzz()
