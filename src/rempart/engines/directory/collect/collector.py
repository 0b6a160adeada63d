"""Reading a live directory: every naming context of one domain controller, with the account that is given.

Only searches are sent. Other domains of the forest are named in a note and not visited: each is asked of its own
controllers, by a person who decides it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from rempart import __version__
from rempart.engines.directory.collect import messages
from rempart.engines.directory.collect.attributes import ASKED, ASKED_NAMES, ROOT_DSE, kept
from rempart.engines.directory.collect.ber import MalformedError
from rempart.engines.directory.collect.client import Client, Entry
from rempart.engines.directory.collect.collection_file import FORMAT, VERSION, Header
from rempart.engines.directory.collect.messages import Control
from rempart.engines.directory.collect.results import RefusedError, unreachable
from rempart.engines.directory.collect.smb import SysvolUnavailableError, read_sysvol
from rempart.engines.directory.collect.target import Target
from rempart.engines.directory.collect.transport import TransportError
from rempart.engines.directory.policies import PolicyFiles
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

CLOCK_TOLERANCE: Final = 300
"""Seconds of difference that Kerberos accepts by default (MS-KILE 3.1.1.2)."""

ENTRIES: Final = messages.either(
    messages.negation(messages.equal("objectClass", "dnsNode")), messages.equal("dc", "wpad")
)
"""All but DNS records, which can outnumber everything else and no check reads (but for WPAD)."""


class Sink(Protocol):
    """Where a collection goes: `collection_file.CollectionWriter`, or a reader's model."""

    def header(self, header: Header) -> None:
        """What was asked, before any entry."""

    def entry(self, dn: str, attributes: dict[str, list[bytes]]) -> None:
        """One entry; attribute names are lower case, ranged values are complete."""

    def policy(self, policy: PolicyFiles) -> None:
        """What the files of one group policy say."""

    def sysvol_read(self) -> None:
        """SYSVOL was read whole."""

    def note(self, text: str) -> None:
        """A sentence (French) to keep with the collection."""


@dataclass(slots=True)
class Summary:
    """What a collection read."""

    server: str = ""
    domain: str = ""
    entries: dict[str, int] = field(default_factory=dict)  # naming context → entries
    descriptors: int = 0  # entries that came with their security descriptor
    refused: dict[str, str] = field(default_factory=dict)  # naming context → reason (French)
    policies: int | None = None  # group policies whose files were read; None when SYSVOL was not
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Entries of every naming context."""
        return sum(self.entries.values())


class Pace:
    """Holds a collection under `rate` entries a second, by sleeping between pages."""

    def __init__(
        self,
        rate: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._next = clock()

    def spend(self, entries: int) -> None:
        """Wait as long as these entries should have taken."""
        if self._rate <= 0:
            return
        self._next = max(self._next, self._clock() - 1) + entries / self._rate
        if (wait := self._next - self._clock()) > 0:
            self._sleep(wait)


def collect(target: Target, *, now: int, observer: Observer, sink: Sink) -> Summary:
    """Read `target` into `sink`. `now` is Unix seconds (UTC), written as the start of the collection.

    Raises `UnreadableSource` when the server cannot be reached, refuses the account or breaks off: what the sink
    holds is then partial, and must be thrown away.
    """
    if target.rate:
        target = _with_page(target)
    with Client(target) as client:
        observer.stage(f"Connexion à {target.url}")
        client.bind()
        try:
            return _Collection(client, target, observer, sink).run(now)
        except (TransportError, MalformedError) as error:
            raise unreachable(target, error) from error


def _with_page(target: Target) -> Target:
    return replace(target, page=max(1, min(target.page, target.rate)))


class _Collection:
    def __init__(self, client: Client, target: Target, observer: Observer, sink: Sink) -> None:
        self.client, self.target, self.observer, self.sink = client, target, observer, sink
        self.summary = Summary()
        self.controls: list[Control] = []
        self.pace = Pace(target.rate)
        self.domains: set[str] = set()  # of the forest, as its partitions name them

    def run(self, now: int) -> Summary:
        root = self._root_dse()
        contexts = _texts(root, "namingcontexts")
        domain = _first(root, "defaultnamingcontext")
        if not contexts or not domain:
            raise UnreadableSource(
                f"{self.target.url} est un serveur LDAP, mais pas un contrôleur de domaine Active Directory.",
                expected="Un serveur qui annonce un contexte de nommage par défaut (defaultNamingContext).",
                todo="Donnez l’adresse d’un contrôleur de domaine (port 389 ou 636).",
            )
        self._choose_controls(_texts(root, "supportedcontrol"))
        self._start(root, contexts, domain, now)
        for context in _ordered(contexts, domain):
            self._read_context(context)
        self._finish(domain)
        if self.target.sysvol:
            self._read_sysvol(domain)
        return self.summary

    def _root_dse(self) -> dict[str, list[bytes]]:
        try:
            return self.client.read("", ROOT_DSE)[1]
        except RefusedError as error:
            raise UnreadableSource(
                f"{self.target.url} refuse de se présenter : {error}.",
                todo="Vérifiez que l’adresse est celle d’un contrôleur de domaine.",
            ) from error

    def _choose_controls(self, supported: Sequence[str]) -> None:
        if messages.SD_FLAGS in supported:
            self.controls.append(messages.sd_flags())
        else:
            self._note(
                "Le serveur ne sait pas donner les descripteurs de sécurité à un compte ordinaire (SD_FLAGS)."
            )
        if messages.DOMAIN_SCOPE in supported:
            self.controls.append(Control(messages.DOMAIN_SCOPE))

    def _start(
        self, root: dict[str, list[bytes]], contexts: Sequence[str], domain: str, now: int
    ) -> None:
        self.summary.server = _first(root, "dnshostname") or self.target.host
        self.summary.domain = domain
        clock = _instant(_first(root, "currenttime"))
        self.sink.header(
            Header(
                format=FORMAT,
                version=VERSION,
                tool=f"rempart {__version__}",
                server=self.summary.server,
                host=self.target.host,
                protection=self.target.protection.value,
                domain=domain,
                naming_contexts=tuple(contexts),
                attributes=tuple(sorted(ASKED_NAMES)),
                started_at=now,
                server_time=clock,
            )
        )
        if clock is not None and abs(clock - now) > CLOCK_TOLERANCE:
            self._note(
                f"L’horloge du serveur et celle de ce poste diffèrent de {abs(clock - now)} s : "
                "les âges calculés en dépendent."
            )

    def _read_context(self, context: str) -> None:
        self.observer.stage(f"Lecture de {context}")
        count = 0
        try:
            entries = self.client.search(
                context, ENTRIES, ASKED, self.controls, before_page=self.pace.spend
            )
            for entry in entries:
                self._write(entry)
                count += 1
                self.observer.advance()
        except RefusedError as error:
            self.summary.refused[context] = str(error)
            self._note(f"« {context} » n’a pas pu être lu en entier : {error}.")
        self.summary.entries[context] = count

    def _write(self, entry: Entry) -> None:
        dn, attributes = entry
        attributes = kept(attributes)
        if "ncname" in attributes and "netbiosname" in attributes:
            self.domains.add(_first(attributes, "ncname"))
        self.summary.descriptors += "ntsecuritydescriptor" in attributes
        self.sink.entry(dn, attributes)

    def _finish(self, domain: str) -> None:
        if domain in self.summary.refused:
            raise UnreadableSource(
                f"Le domaine {domain} n’a pas pu être lu : {self.summary.refused[domain]}.",
                todo="Vérifiez les droits du compte ; un compte ordinaire du domaine suffit.",
            )
        missing = self.summary.total - self.summary.descriptors
        if missing:
            self._note(
                f"Objets venus sans leur descripteur de sécurité : {missing} sur {self.summary.total} ; "
                "leurs droits ne sont pas évalués."
            )
        others = sorted(_dns_name(name) for name in self.domains if name.lower() != domain.lower())
        if others:
            self._note(
                f"La forêt a d’autres domaines, que cette collecte ne contient pas : {', '.join(others)}."
            )
        if self.client.referrals:
            self._note(
                f"Renvois vers un autre annuaire, non suivis : {self.client.referrals} ; "
                "collectez chaque domaine auprès de ses propres contrôleurs."
            )

    def _read_sysvol(self, domain: str) -> None:
        self.observer.stage("Lecture de SYSVOL")
        try:
            policies = read_sysvol(self.target, _dns_name(domain), self.observer)
        except SysvolUnavailableError as error:
            self._note(f"SYSVOL n’a pas été lu : {error}.")
            return
        for policy in policies.values():
            self.sink.policy(policy)
        self.sink.sysvol_read()
        self.summary.policies = len(policies)

    def _note(self, text: str) -> None:
        self.summary.notes.append(text)
        self.observer.note(text)
        self.sink.note(text)


def _ordered(contexts: Sequence[str], domain: str) -> list[str]:
    """The domain first: without it there is nothing to audit, so its failure must come early."""
    return sorted(contexts, key=lambda context: context.lower() != domain.lower())


def _dns_name(dn: str) -> str:
    parts = (part.strip() for part in dn.split(","))
    return ".".join(part[3:] for part in parts if part[:3].upper() == "DC=").lower()


def _texts(attributes: dict[str, list[bytes]], name: str) -> list[str]:
    return [value.decode("utf-8", "replace") for value in attributes.get(name, [])]


def _first(attributes: dict[str, list[bytes]], name: str) -> str:
    return next(iter(_texts(attributes, name)), "")


def _instant(generalized: str) -> int | None:
    try:
        moment = datetime.strptime(generalized[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp())
