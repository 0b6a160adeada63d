"""Figures among peers that designate nobody: groups that never overlap, and quartiles only where they are safe."""
