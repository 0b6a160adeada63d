"""The probes: each looks at one thing, writes nothing there, and gives what it saw."""
