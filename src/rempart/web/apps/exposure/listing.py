"""Many things declared at once: a list that a person pastes or gives, or the file of the command line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings as site
from django.db import transaction
from django.utils import timezone

from rempart.engines.exposure.names import address_of, sortable
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import declared, perimeters, rules
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.core.errors import Refused

ROWS_AT_ONCE: Final = 500
BAD_SHOWN: Final = 12
_FILE: Final = re.compile(r'^\s*\{|^"?assets"?\s*:', re.MULTILINE)
_BETWEEN: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to declare, as it was written."""

    kind: str
    value: str
    with_subdomains: bool = False
    follows_addresses: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What a list brought: what is new, what changed (a proposal, a reach), what was there already."""

    new: int
    changed: int
    same: int


def lines_of(text: str, *, names_are: str, alike: Line) -> list[Line]:
    """The lines of a list, one name, address or range each, « # » for a remark; or those of a file of the command line,
    whose consent stays aside. `alike` says what all of a list have in common. Raises Refused."""
    if _FILE.search(text):
        return list(_of_file(text))
    found = []
    for line in text.splitlines():
        for word in filter(None, _BETWEEN.split(line.partition("#")[0])):
            kind = _kind(word, names_are)
            is_name = kind in (Asset.Kind.DOMAIN, Asset.Kind.HOST)
            found.append(
                replace(
                    alike,
                    kind=kind,
                    value=word,
                    with_subdomains=alike.with_subdomains and kind == Asset.Kind.DOMAIN,
                    follows_addresses=alike.follows_addresses and is_name,
                )
            )
    return found


def _of_file(text: str) -> Iterator[Line]:
    given = declared.check_file(text)
    own = [asset.value for asset in given.assets if asset.consent or asset.touch is not None]
    if own:
        raise Refused(
            f"« {own[0][:80]} » a dans ce fichier son propre consentement ou ses propres limites.",
            todo="La plateforme n’en a qu’un pour tout le périmètre : balayez ce bien en ligne de commande.",
        )
    for asset in given.assets:
        yield Line(asset.kind, asset.value, asset.subdomains, asset.addresses == "follow")
    for value in given.excluded:
        yield Line(_kind(value, Asset.Kind.HOST), value, is_excluded=True)


def _kind(word: str, names_are: str) -> str:
    if "/" in word:
        return Asset.Kind.RANGE
    try:
        address_of(word)
    except ValueError:
        return names_are
    return Asset.Kind.ADDRESS


@transaction.atomic
def add_assets(
    *, establishment: Establishment, lines: Iterable[Line], may_skip: bool = False, by: User
) -> Added:
    """Declare a whole list. One line that does not do refuses all of it, unless `may_skip`. What was excluded stays so.

    Raises Refused, which names the first bad lines.
    """
    good, bad = _checked(lines)
    if bad and not may_skip:
        raise _bad_lines(bad)
    if not good:
        raise Refused(
            "Cette liste ne nomme rien.", expected="Un nom, une adresse ou une plage par ligne."
        )
    row = perimeters.held(establishment)
    known = {(asset.kind, asset.value): asset for asset in row.assets.all()}
    new = [line for key, line in good.items() if key not in known]
    if len(known) + len(new) > rules.MOST_ASSETS:
        raise perimeters.too_many()
    changed = [
        asset for key, line in good.items() if (asset := known.get(key)) and _differs(asset, line)
    ]
    for asset in changed:
        _write(asset, good[asset.kind, asset.value], by)
    fields = [
        "with_subdomains",
        "follows_addresses",
        "is_excluded",
        "state",
        "decided_by",
        "decided_at",
    ]
    Asset.objects.bulk_update(changed, fields, batch_size=ROWS_AT_ONCE)
    made = [_write(_asset(row, line), line, by) for line in new]
    Asset.objects.bulk_create(made, batch_size=ROWS_AT_ONCE)
    perimeters.saved(row)
    if made or changed:
        values = sorted(asset.value for asset in (*made, *changed))
        perimeters.told(
            row, "declare_assets", by, count=len(values), values=values[: perimeters.MOST_TOLD],
            excluded=sum(asset.is_excluded for asset in (*made, *changed)),
        )  # fmt: skip
    return Added(len(made), len(changed), len(good) - len(made) - len(changed))


def _checked(lines: Iterable[Line]) -> tuple[dict[tuple[str, str], Line], list[str]]:
    """The lines by kind and normal value, an exclusion before what it excludes; and what is wrong with the others."""
    good: dict[tuple[str, str], Line] = {}
    bad: list[str] = []
    for line in lines:
        try:
            value = rules.asset_value(
                line.kind, line.value, with_subdomains=line.with_subdomains, may_be_private=site.SWEEP_PRIVATE
            )  # fmt: skip
        except Refused as fault:
            bad.append(fault.found)
            continue
        key = (str(line.kind), value)
        if key not in good or line.is_excluded:
            good[key] = replace(line, value=value)
    return good, bad


def _bad_lines(bad: Sequence[str]) -> Refused:
    more = len(bad) - BAD_SHOWN
    words = " ".join(bad[:BAD_SHOWN]) + (f" Et {more} de plus." if more > 0 else "")
    return Refused(
        words, todo="Corrigez ces lignes, ou cochez « Laisser de côté ce qui ne convient pas »."
    )


def _differs(asset: Asset, line: Line) -> bool:
    if asset.state != Asset.State.ACCEPTED:
        return True
    if asset.is_excluded:
        return False  # a list of names does not open what a person closed
    now = (asset.with_subdomains, asset.follows_addresses, asset.is_excluded)
    return now != (line.with_subdomains, line.follows_addresses, line.is_excluded)


def _asset(row: Perimeter, line: Line) -> Asset:
    return Asset(perimeter=row, kind=line.kind, value=line.value, place=sortable(line.value))


def _write(asset: Asset, line: Line, by: User) -> Asset:
    asset.with_subdomains, asset.follows_addresses = line.with_subdomains, line.follows_addresses
    asset.is_excluded, asset.state = line.is_excluded, Asset.State.ACCEPTED
    asset.decided_by, asset.decided_at = by, timezone.now()
    return asset
