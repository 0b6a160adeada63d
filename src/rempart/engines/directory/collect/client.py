"""An LDAP client that can only read: bind, search by pages, complete ranged values."""

import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Self

from rempart.engines.directory.collect import auth, ber, messages
from rempart.engines.directory.collect.messages import Control, Message, Result, Scope, Tag
from rempart.engines.directory.collect.results import (
    REFERRAL,
    SASL_BIND_IN_PROGRESS,
    SUCCESS,
    RefusedError,
    bind_refused,
    unreachable,
)
from rempart.engines.directory.collect.target import Auth, Protection, Target
from rempart.engines.directory.collect.transport import Transport, TransportError, tls_context
from rempart.kernel.errors import UnreadableSource

Entry = tuple[str, dict[str, list[bytes]]]

_RANGED: Final = re.compile(r"^(.+);range=(\d+)-(\d+|\*)$")
_MAX_STEPS: Final = 10
_MAX_RANGES: Final = 100_000


class Client:
    """One conversation with one server. Referrals are counted in `referrals`, never followed."""

    def __init__(self, target: Target) -> None:
        """Connect, and protect the conversation. Raises `UnreadableSource`."""
        self.target = target
        self.referrals = 0
        self._number = 0
        self._context: auth.Context | None = None
        try:
            context = tls_context(target.ca_file, insecure=target.insecure)
            self._transport = Transport(target.host, target.port, target.timeout, name=target.name)
        except (OSError, UnicodeError) as error:
            raise unreachable(target, error) from error
        try:
            self._protect(context)
        except (OSError, TransportError, UnreadableSource) as error:
            self._transport.close()
            if isinstance(error, UnreadableSource):
                raise
            raise unreachable(target, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _protect(self, context: ssl.SSLContext) -> None:
        if self.target.protection is Protection.STARTTLS:
            result = self._exchange(messages.start_tls(), Tag.EXTENDED_RESPONSE)
            if result.code != SUCCESS:
                raise UnreadableSource(
                    f"Le serveur refuse StartTLS ({result.message or result.code}).",
                    expected="Un mot de passe ne part jamais en clair sans accord.",
                    todo="Utilisez ldaps://, ou --auth kerberos ou ntlm, qui scellent les échanges sans certificat.",
                )
        if self.target.protection in (Protection.STARTTLS, Protection.LDAPS):
            self._transport.start_tls(context)

    def bind(self) -> None:
        """Authenticate. Raises `UnreadableSource`."""
        try:
            if self.target.auth is Auth.SIMPLE:
                operation = messages.simple_bind(self.target.user, self.target.password)
                result = self._exchange(operation, Tag.BIND_RESPONSE)
            else:
                result = self._bind_spnego()
        except TransportError as error:
            raise unreachable(self.target, error) from error
        if result.code != SUCCESS:
            raise bind_refused(self.target, result)

    def _bind_spnego(self) -> Result:
        context = self._context = auth.context_of(self.target)
        token = auth.step(context, None, self.target)
        for _ in range(_MAX_STEPS):
            result = self._exchange(messages.sasl_bind(auth.MECHANISM, token), Tag.BIND_RESPONSE)
            if result.code not in (SUCCESS, SASL_BIND_IN_PROGRESS):
                return result
            if not context.complete:
                token = auth.step(context, result.credentials or None, self.target)
            if result.code == SUCCESS:
                break
        if result.code == SUCCESS and not context.complete:
            raise UnreadableSource("Le serveur n’a pas prouvé son identité.")
        if result.code == SUCCESS:
            auth.seal(context, self._transport)
        return result

    def read(self, base: str, attributes: Sequence[str], controls: Sequence[Control] = ()) -> Entry:
        """One entry by its name. Raises `RefusedError`, `TransportError`."""
        found: Entry = (base, {})
        for message in self._ask(
            base, Scope.BASE, messages.present("objectClass"), attributes, controls
        ):
            if message.tag == Tag.SEARCH_ENTRY:
                found = messages.entry_of(message)
            elif message.tag == Tag.SEARCH_DONE:
                self._check(messages.result_of(message))
        return found

    def search(
        self,
        base: str,
        filter_: bytes,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
        *,
        before_page: Callable[[int], None] | None = None,
    ) -> Iterator[Entry]:
        """Every entry under `base`, by pages, ranged attributes whole. `before_page` is told how many entries the last page gave.

        Raises `RefusedError` with the answer of the server, `TransportError` when the conversation breaks.
        """
        cookie = b""
        while True:
            asked = (messages.paged(self.target.page, cookie), *controls)
            count, before = 0, cookie
            ranged: list[Entry] = []
            for message in self._ask(base, Scope.SUBTREE, filter_, attributes, asked):
                if message.tag == Tag.SEARCH_ENTRY:
                    count += 1
                    entry = messages.entry_of(message)
                    if any(";range=" in name for name in entry[1]):
                        ranged.append(
                            entry
                        )  # completed once the page has come: one question at a time
                    else:
                        yield entry
                elif message.tag == Tag.SEARCH_REFERENCE:
                    self.referrals += 1
                else:
                    result = messages.result_of(message)
                    self._check(result)
                    cookie = result.cookie
            for entry in ranged:
                yield self._completed(entry, controls)
            if not cookie:
                return
            if cookie == before and not count:
                raise TransportError("Le serveur renvoie sans fin la même page vide.")
            if before_page:
                before_page(count)

    def _completed(self, entry: Entry, controls: Sequence[Control]) -> Entry:
        """The entry with every ranged attribute whole (MS-ADTS 3.1.1.3.1.3.3)."""
        dn, attributes = entry
        for name in [name for name in attributes if ";range=" in name]:
            values = attributes.pop(name)
            for _ in range(_MAX_RANGES):
                found = _RANGED.match(name)
                if not found or found.group(3) == "*":
                    break
                follow = f"{found.group(1)};range={int(found.group(3)) + 1}-*"
                more = self.read(dn, [follow], controls)[1]
                name = next((key for key in more if _RANGED.match(key)), "")
                values += more.get(name, [])
            plain = name.partition(";")[0] or follow.partition(";")[0]
            attributes[plain] = attributes.get(plain, []) + values
        return dn, attributes

    def _ask(
        self,
        base: str,
        scope: Scope,
        filter_: bytes,
        attributes: Sequence[str],
        controls: Sequence[Control],
    ) -> Iterator[Message]:
        number = self._send(messages.search(base, scope, filter_, attributes), controls)
        while True:
            message = self._answer(number)
            if message.tag not in (Tag.SEARCH_ENTRY, Tag.SEARCH_REFERENCE, Tag.SEARCH_DONE):
                raise TransportError("Le serveur a répondu autre chose qu’à une recherche.")
            yield message
            if message.tag == Tag.SEARCH_DONE:
                return

    def _check(self, result: Result) -> None:
        if result.code == REFERRAL:
            self.referrals += 1
        if result.code != SUCCESS:
            raise RefusedError(result)

    def _send(self, operation: bytes, controls: Sequence[Control] = ()) -> int:
        self._number += 1
        self._transport.send(messages.request(self._number, operation, controls))
        return self._number

    def _answer(self, number: int) -> Message:
        try:
            message = messages.parse(self._transport.receive())
        except ber.MalformedError as error:
            raise TransportError("Le serveur a envoyé un message mal formé.") from error
        if message.id == 0:
            raise TransportError("Le serveur a mis fin à la session (notice of disconnection).")
        if message.id != number:
            raise TransportError("Le serveur a répondu à une autre question.")
        return message

    def _exchange(self, operation: bytes, answer: Tag) -> Result:
        message = self._answer(self._send(operation))
        if message.tag != answer:
            raise TransportError("Le serveur a répondu autre chose que ce qui était demandé.")
        try:
            return messages.result_of(message)
        except ber.MalformedError as error:
            raise TransportError("Le serveur a envoyé un message mal formé.") from error

    def close(self) -> None:
        """Say goodbye and close; a broken conversation is closed in silence."""
        try:
            self._send(messages.unbind())
        except TransportError:
            self._transport.close()
        self._transport.close()
        if self._context is not None:
            self._context.close()
            self._context = None
