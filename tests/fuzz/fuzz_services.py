"""Fuzz the parsers, the dialogues and the looks of services: PYTHONPATH=tests python tests/fuzz/fuzz_services.py CORPUS -max_total_time=600

Wants atheris (pip install atheris), which is no part of the project. `answers.py` beside makes a folder of what real
servers answer, to be given after CORPUS.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure"]):
    from support.service_inputs import read_services, seeds

from support.fuzzing import begin

if __name__ == "__main__":
    atheris.Setup(begin(sys.argv, seeds()), read_services)
    atheris.Fuzz()
