"""Fuzz what reads the files of others: PYTHONPATH=tests python tests/fuzz/fuzz_feeds.py CORPUS -max_total_time=600

Public data on holes, bundles, keys, proofs, lists of names. Wants atheris (pip install atheris), which is no part of the
project.
"""

import sys

import atheris

with atheris.instrument_imports(include=["rempart.engines.exposure"]):
    from support.feed_inputs import read_feeds, seeds

from support.fuzzing import begin

if __name__ == "__main__":
    atheris.Setup(begin(sys.argv, seeds()), read_feeds)
    atheris.Fuzz()
