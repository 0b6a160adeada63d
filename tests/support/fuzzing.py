"""What fuzzing by hand begins with: a corpus of seeds on disk, and a dictionary of the words that parsers look for."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path


def begin(arguments: list[str], seeds: Iterable[bytes], words: Iterable[str] = ()) -> list[str]:
    """The arguments of the fuzzer, the seeds written in the first folder that they name (made anew without one)."""
    folders = [text for text in arguments[1:] if not text.startswith("-")]
    corpus = Path(folders[0] if folders else tempfile.mkdtemp(prefix="corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
    found = [*arguments] if folders else [*arguments, str(corpus)]
    if words and not any(text.startswith("-dict=") for text in arguments):
        listed = corpus.with_name(corpus.name + ".dict")
        listed.write_text("".join(f'"{_quoted(word)}"\n' for word in words if word), "utf-8")
        found.insert(1, f"-dict={listed}")
    return found


def _quoted(word: str) -> str:
    """A word as the fuzzer's dictionary wants it."""
    plain = {b: chr(b) for b in range(32, 127) if chr(b) not in '"\\'}
    return "".join(plain.get(b, f"\\x{b:02X}") for b in word.encode()[:60])
