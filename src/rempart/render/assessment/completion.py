"""The certificate that a self-assessment was done (« attestation »): when, and the code by which anybody checks it."""

from dataclasses import dataclass

import msgspec

from rempart.render.french import day
from rempart.render.pdf.typeset import typeset


@dataclass(frozen=True, slots=True)
class Completion:
    """What it says: no result, nothing secret. `address` is where the code is checked."""

    establishment: str
    finess: str
    framework: str
    version: str
    done_on: str
    questions: int
    answered: int
    code: str
    address: str


def completion_pdf(completion: Completion) -> bytes:
    """One page, PDF/UA."""
    data = msgspec.to_builtins(completion) | {"done": day(completion.done_on)}
    return typeset("rempart.render.assessment", "completion.typ", data, made_on=completion.done_on)
