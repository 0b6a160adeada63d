"""A gate of connections for what is tried on loopback, where no perimeter holds."""


class OpenGate:
    """Lets all through; says which doors were asked for, and how many are inside."""

    def __init__(self) -> None:
        self.entered: list[tuple[str, int]] = []
        self.inside = 0

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        self.entered.append((address, port))
        self.inside += 1

    def leave(self, address: str) -> None:
        self.inside -= 1
