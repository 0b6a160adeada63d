"""What changes findings and the plan: each act is one transaction, with its entry in the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import following, proposing
from rempart.web.apps.remediation.models import Action, Comment, Finding
from rempart.web.apps.remediation.recording import (
    Observation,
    Recorded,
    Source,
    unwrite,
    write,
)
from rempart.web.apps.remediation.states import Event, State, after
from rempart.web.apps.remediation.writing import (
    Values as Values,  # what callers of these acts give
    fill,
    held,
    locked,
    said,
    saved,
    tell_owner,
    told,
)
from rempart.web.core import journal, projections
from rempart.web.core.errors import Refused
from rempart.web.core.models import StoredFile


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that an action was done."""

    note: str
    file: StoredFile | None = None
    name: str = ""


@transaction.atomic
@journal.gathered()
def record_findings(
    *,
    establishment: Establishment,
    source_kind: str,
    source_id: str,
    source_label: str,
    measured_on: date,
    findings: Sequence[Observation],
    by: User | None,
    subject: str = "",
) -> Recorded:
    """Write what a measure saw, did not see, and could not judge; the one door of findings.

    The same thing seen again is the same row. What a later measure of the same kind and subject looked for and did
    not see is mended; what it could not look at stays open. Actions follow: closed ones are verified or reopened.
    """
    locked(establishment)
    source = Source(source_kind, str(source_id), source_label[:200], subject, measured_on)
    recorded = write(establishment, source, findings)
    journal.record(
        "record_findings",
        by=by,
        object_kind=source_kind,
        object_id=source_id,
        object_label=source_label,
        establishment=establishment.pk,
        details={
            "measured_on": measured_on.isoformat(),
            "seen": len(recorded.seen),
            "new": list(recorded.new),
            "mended": list(recorded.mended),
            "reopened": list(recorded.reopened),
        },
    )
    following.follow(establishment)
    projections.refresh([establishment.pk])
    return recorded


@transaction.atomic
@journal.gathered()
def take_back_measure(
    *, establishment: Establishment, source_kind: str, source_id: str, by: User | None
) -> None:
    """Take back a measure that should not have been recorded here: findings and actions stand as if it had not been."""
    locked(establishment)
    recorded = unwrite(establishment, source_kind, str(source_id))
    if recorded is None:
        return
    journal.record(
        "take_back_measure",
        by=by,
        object_kind=source_kind,
        object_id=source_id,
        establishment=establishment.pk,
        details={"mended": list(recorded.mended), "reopened": list(recorded.reopened)},
    )
    following.follow(establishment)
    projections.refresh([establishment.pk])


@transaction.atomic
@journal.gathered()
def propose(
    *,
    establishment: Establishment,
    source_kind: str,
    subject: str = "",
    proposals: Sequence[following.Proposal],
    today: date,
    by: User | None,
) -> int:
    """Put proposals in the plan; those of the same subject that are not proposed any more, and that nobody took, leave
    it. Gives the number of new ones."""
    locked(establishment)
    count = following.propose(
        establishment, source_kind, subject, proposals, today,
        merged=proposing.merged(establishment),
    )  # fmt: skip
    journal.record(
        "propose_actions",
        by=by,
        object_kind="plan",
        object_id=source_kind,
        object_label=subject,
        establishment=establishment.pk,
        details={"proposed": len(proposals), "new": count},
    )
    projections.refresh([establishment.pk])
    return count


@transaction.atomic
def propose_measures(*, establishment: Establishment, today: date, by: User | None) -> int:
    """Put in the plan the measures of the content that mend what is open, whatever source saw it: one action for all that it
    mends. Gives the number of new ones; what people wrote of the others stays."""
    locked(establishment)
    held, new = proposing.propose(establishment, today)
    journal.record(
        "propose_measures",
        by=by,
        object_kind="plan",
        object_id=establishment.pk,
        establishment=establishment.pk,
        details={"proposed": held, "new": new},
    )
    projections.refresh([establishment.pk])
    return new


@transaction.atomic
def add_action(
    *,
    establishment: Establishment,
    values: Values,
    findings: Iterable[Finding],
    today: date,
    by: User,
) -> Action:
    """Put an action that a person wrote in the plan."""
    linked = list(findings)
    if any(finding.establishment_id != establishment.pk for finding in linked):
        raise Refused("Un de ces constats est d’un autre établissement.")
    action = Action(establishment=establishment, state=State.PLANNED, state_by=by, state_on=today)
    fill(action, values)
    action.rank = min((finding.rank for finding in linked), default=5)
    action.save()
    action.findings.set(linked)
    tell_owner(action, None, by)
    told(action, "add_action", by, findings=[finding.key for finding in linked])
    return action


@transaction.atomic
def change_action(
    *,
    action: Action,
    values: Values,
    findings: Iterable[Finding] | None = None,
    version: int | None = None,
    today: date,
    by: User,
) -> Action:
    """Write again what an action says; refused when somebody changed it since `version`. A proposal that somebody
    writes on is planned."""
    row = held(action)
    if version is not None and row.version != version:
        raise Refused(
            "Quelqu’un a modifié cette action pendant que vous l’écriviez.",
            todo="Rechargez la page, puis refaites votre changement.",
        )
    before, owner = said(row), row.owner
    fill(row, values)
    if row.state == State.PROPOSED:
        row.state, row.state_by, row.state_on = after(row.state, Event.PLAN), by, today
    if findings is not None:
        linked = list(findings)
        if any(finding.establishment_id != row.establishment_id for finding in linked):
            raise Refused("Un de ces constats est d’un autre établissement.")
        row.findings.set(linked)
    saved(row)
    tell_owner(row, owner, by)
    after_ = said(row)
    changed = {key: [before[key], after_[key]] for key in before if before[key] != after_[key]}
    told(row, "change_action", by, changed=changed)
    return row


@transaction.atomic
def move_action(*, action: Action, event: Event, today: date, by: User, reason: str = "") -> Action:
    """Plan, start, resume or abandon; to abandon asks for a reason. Closing is `close_action`."""
    if event not in (Event.PLAN, Event.START, Event.RESUME, Event.ABANDON):
        raise Refused(f"« {event} » n’est pas un choix que l’on fait ici.")
    if event is Event.ABANDON and not reason.strip():
        raise Refused("Dites pourquoi cette action est abandonnée.")
    row = held(action)
    before = row.state
    row.state, row.state_by, row.state_on = after(row.state, event), by, today
    row.done_on = None
    saved(row)
    if reason.strip():
        Comment.objects.create(action=row, by=by, text=reason.strip())
    told(row, f"{event}_action", by, before=before, reason=reason.strip())
    return row


@transaction.atomic
@journal.gathered()
@projections.gathered()
def close_action(*, action: Action, done_on: date, proof: Proof, today: date, by: User) -> Action:
    """Declare an action done, with its proof. It is verified by measures only: by one already deposited, if it was
    made since, or else by a later one."""
    if not proof.note.strip():
        raise Refused("Dites en une phrase ce qui a été fait : c’est la preuve de l’action.")
    if done_on > today:
        raise Refused("Une action ne peut pas être close à une date à venir.")
    row = held(action)
    row.state, row.state_by, row.state_on = after(row.state, Event.CLOSE), by, today
    row.done_on, row.proof_note = done_on, proof.note.strip()
    if proof.file is not None:
        row.proof_file, row.proof_name = proof.file, proof.name[:200]
    saved(row)
    told(
        row, "close_action", by,
        done_on=done_on.isoformat(), proof=row.proof_note, file=row.proof_file_id or "",
    )  # fmt: skip
    following.follow(row.establishment, only=row.pk)
    projections.refresh([row.establishment_id])
    row.refresh_from_db()
    return row


@transaction.atomic
def comment_action(*, action: Action, text: str, by: User) -> Comment:
    """Say something of an action."""
    if not text.strip():
        raise Refused("Un commentaire ne peut pas être vide.")
    comment = Comment.objects.create(action=action, by=by, text=text.strip())
    told(action, "comment_action", by)
    return comment
