"""What the checks on accounts share: which rows to look at, what is known of them, how to say a date.

A value that is bad on one object is a failure whatever the others hide; a set without a bad value is good only
when every value was read. `judged` writes this rule once.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rempart.content.operating_systems import Support, support_of
from rempart.engines.directory.groups import Groups, Mask
from rempart.engines.directory.identifiers import beginning
from rempart.engines.directory.model import NEVER, UNKNOWN, Directory, Kind, Managed, Uac
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured
from rempart.kernel.french import counted, grouped

Rows = NDArray[np.int64]
Detail = str | Callable[[int], str]

KRBTGT_RID = 502
ADMINISTRATOR_RID = 500
GUEST_RID = 501

T = TypeVar("T")
_KNOWN: Final[WeakKeyDictionary[Groups, dict[str, Any]]] = WeakKeyDictionary()
_COLLECTED: Final[WeakKeyDictionary[Directory, Mask]] = WeakKeyDictionary()


def domains(directory: Directory) -> list[int]:
    """Rows of the domains that were read. Raises NotMeasured when there is none."""
    rows = directory.rows(Kind.DOMAIN).tolist()
    found = [row for row in rows if directory.names[row] or directory.dns[row]]
    if not found:
        raise NotMeasured("La collecte ne contient aucun objet domaine.")
    return found


def collected_domains(directory: Directory) -> list[int]:
    """Rows of the domains whose accounts were read, whatever other domains are named in passing.

    UNKNOWN stands for the domain of accounts read without the domain object itself. Raises NotMeasured when no
    account was read.
    """
    d = directory
    read = (d.kind == Kind.USER) | (d.kind == Kind.COMPUTER)
    read &= (
        (d.uac_known != 0)
        | (d.password_set != UNKNOWN)
        | (d.created != UNKNOWN)
        | (d.primary_group_rid != UNKNOWN)
    )
    if not read.any():
        raise NotMeasured("La collecte ne contient aucun compte de domaine.")
    # Counting is linear, where np.unique would sort a million rows for each check.
    return [int(row) - 1 for row in np.flatnonzero(np.bincount(d.domain[read] + 1))]


def in_collection(directory: Directory) -> Mask:
    """Mask of the rows of the collected domains: an account of elsewhere is judged with its own domain. The same one
    for every check of a directory: not to be written to."""
    mask = _COLLECTED.get(directory)
    if mask is None:
        mask = np.isin(directory.domain, np.array(collected_domains(directory), np.int32))
        mask.flags.writeable = False
        _COLLECTED[directory] = mask
    return mask


def accounts(ctx: Context, *kinds: Kind) -> Mask:
    """Mask of the accounts of these kinds (users and computers when none is named) in the collected domains."""
    d = ctx.directory
    wanted = np.array(kinds or (Kind.USER, Kind.COMPUTER), np.int8)
    # Collectors also call users the well-known principals, such as Local System: their last number is lower.
    mask: Mask = np.isin(d.kind, wanted) & in_collection(d) & (d.rid >= ADMINISTRATOR_RID)
    return mask


def enabled(ctx: Context, *kinds: Kind) -> Mask:
    """The accounts of these kinds that are not known to be disabled."""
    return accounts(ctx, *kinds) & ctx.directory.enabled()


def privileged(ctx: Context) -> Rows:
    """Rows of the privileged accounts of the collected domains; domain controllers are left out.

    Raises NotMeasured when there is none: every domain has at least its built-in administrator.
    """
    rows = ctx.groups.privileged_accounts
    rows = rows[in_collection(ctx.directory)[rows]]
    if not len(rows):
        raise NotMeasured("La collecte ne contient aucun membre des groupes privilégiés.")
    return rows


def named_accounts(ctx: Context, rid: int) -> list[int]:
    """Rows of the account with this RID in each collected domain."""
    inside = in_collection(ctx.directory)
    return [row for row in ctx.groups.well_known(rid) if inside[row]]


def carriers(directory: Directory, attribute: str) -> Mask:
    """Mask of the rows that have a value of a sparse attribute (lower-case LDAP name)."""
    mask = np.zeros(len(directory), np.bool_)
    mask[list(directory.attributes.get(attribute, {}))] = True
    return mask


def managed(directory: Directory) -> Mask:
    """Mask of the managed service accounts (sMSA, gMSA, dMSA)."""
    mask: Mask = directory.managed != Managed.NO
    return mask


def support(directory: Directory, row: int) -> Support | None:
    """What is known of the system of a computer; None when its name is missing or not in the reference."""
    name = directory.value(row, "operatingsystem")
    if not name:
        return None
    return support_of(name, directory.value(row, "operatingsystemversion") or "")


def remembered(ctx: Context, name: str, compute: Callable[[], T]) -> T:
    """What several checks ask of one directory, computed by the first."""
    known = _KNOWN.setdefault(ctx.groups, {})
    if name not in known:
        known[name] = compute()
    found: T = known[name]
    return found


def servers(ctx: Context) -> Mask:
    """Mask of the enabled Windows servers; domain controllers and cluster names have checks of their own."""
    return remembered(ctx, "servers", lambda: _servers(ctx))


def _servers(ctx: Context) -> Mask:
    d = ctx.directory
    mask = np.zeros(len(d), np.bool_)
    systems = d.attributes.get("operatingsystem", {})
    mask[[row for row, values in systems.items() if values and "server" in values[0].lower()]] = (
        True
    )
    return mask & enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers & ~cluster_names(ctx)


def cluster_names(ctx: Context) -> Mask:
    """Mask of the computer accounts that stand for a failover cluster."""
    return remembered(ctx, "cluster names", lambda: _cluster_names(ctx.directory))


def _cluster_names(directory: Directory) -> Mask:
    mask = np.zeros(len(directory), np.bool_)
    names = directory.attributes.get("serviceprincipalname", {})
    found = beginning(list(chain.from_iterable(names.values())), "msclustervirtualserver/")
    if found:
        owners = [row for row, values in names.items() for _ in values]
        mask[[owners[place] for place in found]] = True
    return mask


def last_password_change(ctx: Context) -> NDArray[np.int64]:
    """Instant of the last password change of every row; an account that never changed it counts from its
    creation. UNKNOWN where neither is known."""
    return _or_creation(ctx, ctx.directory.password_set)


def last_activity(ctx: Context) -> NDArray[np.int64]:
    """Instant of the last logon of every row, or of its creation when it never logged on."""
    return _or_creation(ctx, ctx.directory.last_logon)


def _or_creation(ctx: Context, instants: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(instants == NEVER, ctx.directory.created, instants)


def older_than(ctx: Context, instants: NDArray[np.int64], days: int) -> Mask:
    """Mask of the known instants that are more than `days` whole days old."""
    age = (ctx.today - instants) // 86400
    mask: Mask = (instants != UNKNOWN) & (age > days)
    return mask


@lru_cache(maxsize=65536)  # a large directory says the same few thousand ages again and again
def days_text(days: int) -> str:
    """« 1 jour », « 1 500 jours »."""
    return counted(days, "jour")


def ago(ctx: Context, instant: int) -> str:
    """« il y a 3 jours », « aujourd’hui »: an instant after the day of the audit is today's too."""
    return days_ago(ctx.days_since(instant))


def days_ago(days: int) -> str:
    """« il y a 3 jours », « aujourd’hui »."""
    return f"il y a {days_text(days)}" if days > 0 else "aujourd’hui"


def since(
    ctx: Context, instants: NDArray[np.int64], stated: NDArray[np.int64], verb: str
) -> Detail:
    """Text for a row: « inchangé depuis 1 500 jours », or since its creation when the date says never."""

    def text(row: int) -> str:
        never = ", jamais depuis la création du compte" if stated[row] == NEVER else ""
        return f"{verb} {days_text(ctx.days_since(int(instants[row])))}{never}"

    return text


def judged(
    rows: Iterable[int] | Rows | Mask,
    bad: Mask,
    known: Mask,
    detail: Detail,
    missing: str,
    level: int | None = None,
) -> Iterator[Hit | Unmeasured]:
    """Hits on the rows that are bad; without any, Unmeasured when the value of some rows is not known.

    `rows` are row numbers or a mask, `bad` and `known` masks over all rows, `missing` the French noun phrase of
    what was not read ("la date du mot de passe").
    """
    chosen = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows))
    chosen = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
    failing = chosen[bad[chosen] & known[chosen]]
    if isinstance(detail, str):
        yield from [Hit(row, detail, level) for row in failing.tolist()]
    else:
        yield from [Hit(row, detail(row), level) for row in failing.tolist()]
    blind = int((~known[chosen]).sum())
    if blind and not len(failing):
        yield unread(blind, len(chosen), missing, level)


def unread(blind: int, total: int, missing: str, level: int | None = None) -> Unmeasured:
    """The point that could not be judged because `missing` was not read for some objects."""
    return Unmeasured(
        f"La collecte ne donne pas {missing} pour {counted(blind, 'objet')} sur {grouped(total)}.",
        level,
    )


def flagged(ctx: Context, bit: Uac) -> tuple[Mask, Mask]:
    """(bad, known): the rows with a bit of userAccountControl, and those for which it was read."""
    d = ctx.directory
    known: Mask = (d.uac_known & bit) != 0
    return d.flag(bit), known
