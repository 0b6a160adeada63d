"""Fuzz all that reads a web site: PYTHONPATH=tests python tests/fuzz/fuzz_http.py CORPUS -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project. CORPUS, a folder, keeps what reached something new;
it is begun with answers made to go deep, and the words of the readers are given to the fuzzer.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure"]):
    from support.web_inputs import HEADERS, TAGS, VALUES, read_web, seeds

from support.fuzzing import begin

if __name__ == "__main__":
    atheris.Setup(begin(sys.argv, seeds(), (*TAGS, *HEADERS, *VALUES)), read_web)
    atheris.Fuzz()
