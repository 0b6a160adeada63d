"""What an audit is given: paths, and addresses of controllers that are collected first."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from rempart.cli.live import Live, collect_into, is_address, refuse_unused
from rempart.engines.directory.collect.collection_file import SUFFIX
from rempart.engines.directory.collect.envelope import Encryption, new_identity
from rempart.engines.directory.collect.target import Target
from rempart.engines.directory.model import Directory
from rempart.engines.directory.reading import read
from rempart.kernel.errors import RempartError
from rempart.render.console import Bars


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is read, and with which keys. `kept` is the folder where collections stay, None to keep none."""

    paths: tuple[Path, ...]
    targets: tuple[Target, ...]
    kept: Path | None
    encryption: Encryption | None
    passphrase: str
    identity: str

    @property
    def kept_files(self) -> list[Path]:
        """The collections that stay beside the report."""
        return [self.kept / _file_name(t) for t in self.targets] if self.kept is not None else []


def inputs_of(
    ctx: click.Context,
    sources: Sequence[str],
    live: Live,
    *,
    passphrase: str,
    identity: str,
    kept: Path | None,
) -> Inputs:
    """Sort the sources; a password is asked here, before anything is shown. Raises UnreadableSource, or UsageError."""
    urls = [source for source in sources if is_address(source)]
    if not urls:
        refuse_unused(ctx, "keep_collection")
    return Inputs(
        paths=tuple(Path(source) for source in sources if not is_address(source)),
        targets=tuple(live.targets(urls)) if urls else (),
        kept=kept,
        encryption=live.encryption(passphrase) if urls else None,
        passphrase=passphrase,
        identity=identity,
    )


def directories_of(inputs: Inputs, bars: Bars) -> list[Directory]:
    """Collect the addresses, then read everything. Raises RempartError."""
    if not inputs.targets:
        return read(inputs.paths, bars, passphrase=inputs.passphrase, identity=inputs.identity)
    identity, recipient = new_identity()
    encryption = _encryption(inputs, recipient)
    with _folder(inputs.kept) as folder:
        files = [folder / _file_name(target) for target in inputs.targets]
        for file, target in zip(files, inputs.targets, strict=True):
            collect_into(file, target, encryption, bars)
        bars.notes.clear()  # the files hold them too, and give them again
        return read(
            [*inputs.paths, *files],
            bars,
            passphrase=inputs.passphrase,
            identity=f"{inputs.identity}\n{identity}",
        )


def _encryption(inputs: Inputs, recipient: str) -> Encryption | None:
    """A collection that is not kept is closed to a key that is never written: nothing clear touches the disk."""
    if inputs.kept is None:
        return Encryption(recipients=(recipient,))
    if inputs.encryption is None or inputs.encryption.passphrase:
        return inputs.encryption
    return Encryption(recipients=(*inputs.encryption.recipients, recipient))


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The folder of the collections; one that was made for nothing goes away."""
    if kept is None:
        with TemporaryDirectory(prefix="rempart-") as name:
            yield Path(name)
        return
    made = not kept.exists()
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise RempartError(
            f"Le dossier {kept} ne peut pas être créé ({fault.strerror}).",
            todo="Choisissez un autre dossier avec --output.",
        ) from fault
    try:
        yield kept
    except BaseException:
        if made:
            with contextlib.suppress(OSError):  # it holds a collection that is whole: it stays
                kept.rmdir()
        raise


def _file_name(target: Target) -> str:
    return re.sub(r"[^\w.-]", "-", target.host) + SUFFIX
