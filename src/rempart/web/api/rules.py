"""What a token may do: never more than its owner may do now, and never more than it was made for."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from rempart.web.core.scope import ROLE_ACTS, Act, Scope

PREFIX: Final = "rempart_"
SHOWN: Final = 12
OFFERED: Final = (
    Act.SEE_ESTABLISHMENT,
    Act.SEE_PORTFOLIO,
    Act.SEE_FINDINGS,
    Act.DEPOSIT_AUDIT,
    Act.EDIT_PLAN,
    Act.ANSWER,
    Act.EDIT_CARE_FILE,
    Act.SEE_JOURNAL,
)
"""What the operations ask for: a token has no use for the rest."""
LIVES: Final = (30, 90, 365)
"""Days that a token may live: nothing lives for ever."""
USE_WRITTEN_EVERY: Final = timedelta(minutes=5)


def new_secret() -> str:
    """A secret of 256 bits, with a prefix that scanners of leaked secrets recognise."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256: a secret of 256 bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def narrowed(scope: Scope, acts: Collection[str]) -> Scope:
    """The scope with only some acts in each of its grants."""
    kept = frozenset(Act(act) for act in acts if act in set(Act))
    return replace(
        scope,
        grants=tuple(
            replace(g, acts=kept & ROLE_ACTS[g.role] & (kept if g.acts is None else g.acts))
            for g in scope.grants
        ),
    )


def is_use_worth_writing(last: datetime | None, now: datetime) -> bool:
    """Whether the last use is old enough to be written again: a read must not cost a write each time."""
    return last is None or now - last > USE_WRITTEN_EVERY
