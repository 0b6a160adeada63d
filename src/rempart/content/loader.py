"""Reading content files: YAML to typed structs, with a message that names the file and the fault."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Protocol, TypeVar

import msgspec
import yaml

from rempart.content.directory import DirectoryAction, DirectoryCheck, DirectoryRelation
from rempart.kernel.errors import InvalidContent


class Identified(Protocol):
    """A struct that its file is named after."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)

# libyaml when the wheel has it: ten times faster, which counts at each start of the command.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_KEYS: Final = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:int"})


class _Loader(_Base):  # type: ignore[misc]
    """A safe loader where only true and false are booleans: YAML 1.1 would also take `on`, `no` and `y`."""

    yaml_implicit_resolvers = {
        letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool" or letter in "tTfF"]
        for letter, pairs in _Base.yaml_implicit_resolvers.items()
    }

    def construct_document(self, node: yaml.Node) -> object:
        """The document without the detours of the library, which exist for what content never holds."""
        return self._plain(node)

    def _plain(self, node: yaml.Node) -> object:
        if node.tag == "tag:yaml.org,2002:str":
            return node.value
        if node.tag == "tag:yaml.org,2002:seq":
            return [self._plain(item) for item in node.value]
        if node.tag == "tag:yaml.org,2002:map" and all(key.tag in _KEYS for key, _ in node.value):
            return {self._plain(key): self._plain(value) for key, value in node.value}
        return super().construct_document(node)


def content_root() -> Traversable:
    """The folder of the content files inside the package."""
    return files("rempart.content")


def read_yaml(path: Traversable) -> object:
    """One YAML file as plain objects. Raises InvalidContent with the place of the fault."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    except FileNotFoundError as fault:
        raise InvalidContent(f"{path.name} : le fichier manque.") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise InvalidContent(f"{path.name} : YAML illisible ({fault}).") from fault


def load_folder(name: str, struct: type[T]) -> dict[str, T]:
    """Every file of one folder by id, in order of id. Raises InvalidContent on the first that does not fit."""
    found: dict[str, T] = {}
    folder = content_root() / name
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".yaml"):
            continue
        try:
            item = msgspec.convert(read_yaml(path), struct)
        except msgspec.ValidationError as fault:
            raise InvalidContent(f"{name}/{path.name} : {fault}.") from fault
        if path.name != f"{item.id}.yaml":
            raise InvalidContent(
                f"{name}/{path.name} : l’identifiant est {item.id}, le fichier doit porter son nom."
            )
        found[item.id] = item
    return found


@cache
def directory_checks() -> dict[str, DirectoryCheck]:
    """Checks of the directory audit, by id."""
    return load_folder("directory_checks", DirectoryCheck)


@cache
def directory_relations() -> dict[str, DirectoryRelation]:
    """Kinds of edges of the control graph, by id."""
    return load_folder("directory_relations", DirectoryRelation)


@cache
def directory_actions() -> dict[str, DirectoryAction]:
    """Gestures that cut edges, by id."""
    return load_folder("directory_actions", DirectoryAction)


@cache
def directory_facts() -> dict[str, str]:
    """French label of each fact that a source may give (reference/directory_facts.yaml)."""
    data = read_yaml(content_root() / "reference" / "directory_facts.yaml")
    if not isinstance(data, dict):
        raise InvalidContent("reference/directory_facts.yaml : une table était attendue.")
    return {str(k): str(v) for k, v in data.items()}
