"""The attestation of a self-assessment: what was done and when, and the code by which anybody checks it."""

from dataclasses import dataclass

import msgspec

from rempart.render.french import day
from rempart.render.pdf.typeset import typeset


@dataclass(frozen=True, slots=True)
class Attestation:
    """What is attested: no result, nothing secret. `address` is where the code is checked."""

    establishment: str
    finess: str
    framework: str
    version: str
    done_on: str
    questions: int
    answered: int
    code: str
    address: str


def attestation_pdf(attestation: Attestation) -> bytes:
    """One page, PDF/UA."""
    data = msgspec.to_builtins(attestation) | {"done": day(attestation.done_on)}
    return typeset(
        "rempart.render.assessment", "attestation.typ", data, made_on=attestation.done_on
    )
