"""The code of a finished assessment, by which anybody verifies that it was done."""

import hashlib
import secrets
from datetime import date
from typing import Final

from django.core.cache import cache

from rempart.content.frameworks import Framework
from rempart.web.apps.assessments.models import Assessment, Completion
from rempart.web.core.errors import Refused

# Neither I, L, O nor U: read aloud or copied with a pen, a code stays itself.
SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 3, 4
TRIES, TRIES_SECONDS = 30, 600


def complete(*, assessment: Assessment, framework: Framework, done_on: date) -> Completion:
    """Give a code to what has just been submitted. Sixty bits by chance: nobody meets one by trying."""
    return Completion.objects.create(
        code=new_code(),
        assessment=assessment,
        rank=assessment.submissions,
        establishment_name=str(assessment.establishment)[:300],
        framework_title=f"{framework.title[:240]}, version {assessment.version[:40]}",
        done_on=done_on,
        questions=assessment.total,
        answered=assessment.done,
    )


def new_code() -> str:
    """`7KQM-2XWD-9HTR`."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def of_assessment(assessment: Assessment) -> Completion | None:
    """The code of its present state; None while it takes answers."""
    if assessment.is_open:
        return None
    rows = Completion.objects.filter(assessment=assessment, rank=assessment.submissions)
    return rows.first()


def typed(code: str) -> str:
    """A code as somebody types it, in the form that is kept; nothing when it cannot be one."""
    plain = code.upper().translate(str.maketrans("OIL", "011", " -.\t"))
    if len(plain) != GROUPS * GROUP or set(plain) - set(SIGNS):
        return ""
    return "-".join(plain[k : k + GROUP] for k in range(0, len(plain), GROUP))


def verified(code: str, address: str) -> Completion | None:
    """What a code proves; None when it proves nothing. Raises Refused when an address tries too often."""
    if _is_too_often(address):
        raise Refused(
            "Trop d’essais depuis votre adresse.", todo="Réessayez dans une dizaine de minutes."
        )
    wanted = typed(code)
    rows = Completion.objects.select_related("assessment").filter(code=wanted)
    return rows.first() if wanted else None


def is_last(found: Completion) -> bool:
    """Whether the assessment still says what it said when the code was given."""
    return not found.assessment.is_open and found.assessment.submissions == found.rank


def _is_too_often(address: str) -> bool:
    key = f"verify:{hashlib.sha256(address.encode('utf-8')).hexdigest()[:32]}"
    cache.add(key, 0, TRIES_SECONDS)
    try:
        return cache.incr(key) > TRIES
    except ValueError:  # forgotten between the two calls
        return False
