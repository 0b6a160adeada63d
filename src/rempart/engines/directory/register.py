"""The accepted-risk register: objects that someone answers for, until a date, in a file under version control.

The file is YAML, a list of entries:

    - control: vuln_dont_expire_priv
      object: svc_sauvegarde@chu.test      # name, sAMAccountName, SID, GUID or DN
      reason: Le logiciel de sauvegarde n’accepte pas de compte géré ; remplacement prévu en mars.
      by: RSSI du GHT
      accepted_on: 2026-10-01
      expires_on: 2027-03-31

An entry past its date no longer sets anything aside, and the report says so; so does it for one that meets nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from rempart.engines.directory.model import Directory
from rempart.engines.directory.objects import object_ref
from rempart.engines.directory.registry import Hit, Unmeasured
from rempart.engines.directory.report import AcceptedRisk, ObjectRef
from rempart.kernel.errors import UnreadableSource

LONGEST_FILE = 4 << 20
RECOGNISED = "Reconnu automatiquement : le compte ou le groupe qui a ce droit est protégé comme AdminSDHolder."


class Entry(Struct, forbid_unknown_fields=True, frozen=True):
    """One accepted risk, as its file states it."""

    control: Annotated[str, Meta(min_length=1)]
    object: Annotated[str, Meta(min_length=1)]
    reason: Annotated[str, Meta(min_length=1)]
    by: Annotated[str, Meta(min_length=1)]
    accepted_on: date
    expires_on: date


def read_register(path: Path) -> list[Entry]:
    """Entries of a register file. Raises UnreadableSource with the place of the first fault."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise ValueError("fichier de plus de 4 Mo")
        data = yaml.safe_load(path.read_text("utf-8-sig"))
        return msgspec.convert(data or [], list[Entry])
    except (OSError, ValueError, yaml.YAMLError, msgspec.ValidationError) as fault:
        raise UnreadableSource(
            f"Registre des risques acceptés illisible : {path} ({fault}).",
            expected="Une liste YAML d’entrées control, object, reason, by, accepted_on, expires_on.",
            todo="Corrigez l’entrée, dates au format AAAA-MM-JJ.",
        ) from fault


@dataclass
class Register:
    """Entries, what they set aside in this run, and what they no longer do. `today` is Unix seconds (UTC)."""

    entries: Sequence[Entry]
    today: int
    used: dict[tuple[int, str], AcceptedRisk] = field(default_factory=dict)
    recognised: dict[tuple[str, str, str], AcceptedRisk] = field(default_factory=dict)

    def set_aside(
        self, control: str, found: Sequence[Hit | Unmeasured], directory: Directory
    ) -> list[Hit | Unmeasured]:
        """What remains of the findings of one check, once the accepted objects are set aside and remembered."""
        mine = [(i, e) for i, e in enumerate(self.entries) if e.control == control]
        if not mine:
            return list(found)
        kept: list[Hit | Unmeasured] = []
        for item in found:
            names = _names(directory, item.row) if isinstance(item, Hit) else frozenset()
            matching = next(((i, e) for i, e in mine if e.object.casefold() in names), None)
            if matching is None or not isinstance(item, Hit):
                kept.append(item)
                continue
            state = "active" if self._in_force(matching[1]) else "expired"
            ref = object_ref(directory, item.row, detail=item.detail)
            self.used[matching[0], ref.id] = _risk(matching[1], ref, state)
            if state == "expired":
                kept.append(item)
        return kept

    def recognise(self, control: str, found: Sequence[Hit], directory: Directory) -> None:
        """Remember what a check tolerated by itself, so that the report shows it."""
        for item in found:
            ref = object_ref(directory, item.row, detail=item.detail)
            key = (control, ref.id, item.detail)
            self.recognised[key] = AcceptedRisk(control=control, object=ref, reason=RECOGNISED)

    def summary(self) -> list[AcceptedRisk]:
        """Every entry with its state (active, expired, or unmatched when it met nothing), then what was recognised."""
        met = {i for i, _ in self.used}
        unmatched = [
            _risk(e, ObjectRef("", e.object, "unknown"), "unmatched")
            for i, e in enumerate(self.entries)
            if i not in met
        ]
        recognised = [self.recognised[key] for key in sorted(self.recognised)]
        return [self.used[key] for key in sorted(self.used)] + unmatched + recognised

    def _in_force(self, entry: Entry) -> bool:
        day = datetime.fromtimestamp(self.today, UTC).date()
        return entry.accepted_on <= day <= entry.expires_on


def _names(directory: Directory, row: int) -> frozenset[str]:
    said = [directory.ids[row], directory.names[row], directory.dns[row]]
    said += directory.values(row, "samaccountname")
    return frozenset(text.casefold() for text in said if text)


def _risk(entry: Entry, ref: ObjectRef, state: str) -> AcceptedRisk:
    return AcceptedRisk(
        control=entry.control,
        object=ref,
        reason=entry.reason,
        by=entry.by,
        accepted_on=entry.accepted_on.isoformat(),
        expires_on=entry.expires_on.isoformat(),
        state=state,
    )
