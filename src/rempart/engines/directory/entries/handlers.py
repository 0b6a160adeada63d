"""What to do with each attribute of an entry: one function a name, chosen once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.entries import values
from rempart.engines.directory.entries.attributes import (
    BLOBS,
    KEPT,
    LINKS,
    NOT_OF_ACCOUNTS,
    SECRETS,
    Codec,
)
from rempart.engines.directory.entries.gathered import Gathered
from rempart.engines.directory.model import UAC_ALL, UNKNOWN, Kind

Handler = Callable[[int, Kind, Sequence[bytes]], None]

ACCOUNTS: Final = frozenset({Kind.USER, Kind.COMPUTER, Kind.GROUP})
_DATES = {
    "pwdlastset": "password_set",
    "lastlogontimestamp": "last_logon",
    "whencreated": "created",
}
_LAPS_DATES = frozenset({"ms-mcs-admpwdexpirationtime", "mslaps-passwordexpirationtime"})


class Handlers(dict[str, tuple[Handler, ...]]):
    """The handlers of one stream of entries, by lower-case attribute name; names that nobody reads have none.

    A dictionary that fills itself, because it is looked up twenty-five times an entry. Options of a name
    (`;binary`, `;range=0-1499`) do not count.
    """

    def __init__(self, builder: Builder, gathered: Gathered) -> None:
        super().__init__()
        self._builder = builder
        self._gathered = gathered

    def __missing__(self, name: str) -> tuple[Handler, ...]:
        """Choose the handlers of a name met for the first time."""
        found = self[name] = tuple(self._made(name.partition(";")[0]))
        return found

    def _made(self, name: str) -> list[Handler]:
        if name in SECRETS:
            return [partial(self._secret, name)]
        out: list[Handler] = []
        if name in LINKS:
            out.append(partial(self._link, name))
        if name in KEPT:
            out.append(partial(self._keep, name, KEPT[name]))
        if name in _LAPS_DATES:
            out.append(self._laps)
        if name in _DATES:
            out.append(partial(self._date, _DATES[name]))
        if name in BLOBS:
            out.append(partial(self._blob, name))
        special: dict[str, Handler] = {
            "useraccountcontrol": self._account_control,
            "primarygroupid": self._primary_group,
            "admincount": self._admin_count,
            "msds-supportedencryptiontypes": self._encryption_types,
            "ntsecuritydescriptor": self._descriptor,
            "msds-groupmsamembership": self._readers,
            "msds-allowedtoactonbehalfofotheridentity": self._delegates,
            "whenchanged": self._changed,
        }
        if name in special:
            out.append(special[name])
        return out

    def _secret(self, name: str, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._builder.attribute(row, name, ["TRUE"])

    def _link(self, name: str, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        for value in given:
            self._gathered.link(name, row, values.linked_dn(value))

    def _keep(self, name: str, codec: Codec, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        if kind in ACCOUNTS and name in NOT_OF_ACCOUNTS:
            return
        self._builder.attribute(row, name, [codec(value) for value in given])

    def _laps(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._gathered.laps.add(row)

    def _date(self, column: str, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._builder.set(column, row, values.instant(given[0]))

    def _blob(self, name: str, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        if kind not in ACCOUNTS:
            self._builder.blob(row, name, [bytes(value) for value in given])

    def _account_control(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        number = values.integer(given[0])
        if number is not None:
            self._gathered.account_control[0].append(row)
            self._gathered.account_control[1].append(number & UAC_ALL)

    def _primary_group(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._builder.set("primary_group_rid", row, values.integer(given[0]) or UNKNOWN)

    def _admin_count(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        number = values.integer(given[0])
        if number is not None:
            self._builder.set("admin_count", row, min(max(number, 0), 1))
            if number == 0:
                # Written by somebody: a directory never sets it to zero by itself.
                self._builder.attribute(row, "admincount", ["0"])

    def _encryption_types(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        number = values.integer(given[0])
        if number is not None:
            self._builder.set("encryption_types", row, number & UAC_ALL)

    def _descriptor(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        ids = self._gathered.descriptor_ids
        data = values.descriptor_bytes(given[0])
        self._gathered.descriptor_of[row] = ids.setdefault(data, len(ids))

    def _readers(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._gathered.readers[row] = values.descriptor_bytes(given[0])

    def _delegates(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        self._gathered.delegates[row] = values.descriptor_bytes(given[0])

    def _changed(self, row: int, kind: Kind, given: Sequence[bytes]) -> None:
        if kind not in (Kind.USER, Kind.COMPUTER):
            self._builder.attribute(row, "whenchanged", [str(values.instant(given[0]))])
