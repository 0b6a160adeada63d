"""Which password policy holds for an account: the domain's, or the password settings object that wins.

Source of the rule: MS-ADTS 3.1.1.4.5.36 (msDS-ResultantPSO): settings linked to the user win over those linked
to a global group it is in, then the lowest precedence, then the smallest GUID.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from rempart.engines.directory.model import UNKNOWN, Kind, Relation
from rempart.engines.directory.registry import Context

TICKS_A_DAY: Final = 864_000_000_000
AES: Final = 0x18
WEAK: Final = 0x7  # DES-CBC-CRC, DES-CBC-MD5, RC4-HMAC
_NUMBER: Final = re.compile(r"-?\d+")
_SPELT: Final = re.compile(r"(\d+) (day|hour|minute|second)s?")
_PARTS_OF_A_DAY: Final = {"day": 1, "hour": 24, "minute": 1440, "second": 86400}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy asks. `max_age_days` is infinite when passwords never expire; None: not read."""

    row: int
    min_length: int | None
    max_age_days: float | None
    changed_at: int | None = None


def interval_days(text: str | None) -> float | None:
    """Days of an interval: LDAP's negative count of 100 ns, where zero and the smallest number mean never, or the
    English words of SharpHound (« 42 days 1 hour », « Forever »). None when it is neither."""
    if text is None:
        return None
    if not _NUMBER.fullmatch(text.strip()):
        if text.strip().lower() == "forever":
            return float("inf")
        parts = _SPELT.findall(text.lower())
        return sum(int(n) / _PARTS_OF_A_DAY[unit] for n, unit in parts) if parts else None
    ticks = int(text)
    if ticks == 0 or ticks <= -(2**63):
        return float("inf")
    return abs(ticks) / TICKS_A_DAY


class Policies:
    """The policies of a directory, and the one that holds for each account."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._directory = ctx.directory

    def of_domain(self, domain: int) -> Policy:
        """The policy at the root of a domain (row)."""
        d = self._directory
        return Policy(
            domain, d.integer(domain, "minpwdlength"), interval_days(d.value(domain, "maxpwdage"))
        )

    def of_account(self, row: int) -> Policy:
        """The settings object that holds for an account, or the policy of its domain."""
        return self.settings_of(row) or self.of_domain(int(self._directory.domain[row]))

    def settings_of(self, row: int) -> Policy | None:
        """The settings object that holds for an account, or None."""
        best = self._direct.get(row) or self._by_group.get(row)
        return self._read(best) if best is not None else None

    def _read(self, row: int) -> Policy:
        d = self._directory
        return Policy(
            row,
            d.integer(row, "msds-minimumpasswordlength"),
            interval_days(d.value(row, "msds-maximumpasswordage")),
            d.integer(row, "whenchanged"),
        )

    def _rank(self, settings: int) -> tuple[int, str]:
        precedence = self._directory.integer(settings, "msds-passwordsettingsprecedence")
        return (2**31 if precedence is None else precedence, self._directory.ids[settings])

    @cached_property
    def _direct(self) -> dict[int, int]:
        return self._winners(groups=False)

    @cached_property
    def _by_group(self) -> dict[int, int]:
        return self._winners(groups=True)

    def _winners(self, *, groups: bool) -> dict[int, int]:
        """Account row → settings row, those linked to groups or those linked to accounts."""
        d = self._directory
        best: dict[int, int] = {}
        for settings, target in d.pairs(Relation.PSO_APPLIES_TO):
            if (d.kind[target] == Kind.GROUP) is not np.bool_(groups):
                continue
            rows = self._ctx.groups.members([target]).tolist() if groups else [target]
            for row in rows:
                if row not in best or self._rank(settings) < self._rank(best[row]):
                    best[row] = settings
        return best

    def hardened(self, row: int, *, min_length: int, max_age_days: int) -> bool:
        """Whether a service account is tolerated with a crackable ticket: its settings object asks a very long
        password, renewed in time, changed since the object was, and only AES keys."""
        d = self._directory
        found = self.settings_of(row)
        types = int(d.encryption_types[row])
        if found is None or types == UNKNOWN or not types & AES or types & WEAK:
            return False
        long_enough = found.min_length is not None and found.min_length >= min_length
        renewed = found.max_age_days is not None and found.max_age_days <= max_age_days
        newer = found.changed_at is not None and int(d.password_set[row]) > found.changed_at
        return long_enough and renewed and newer
