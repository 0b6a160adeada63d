"""What the probes saw, as plain structs: saved, replayed, judged."""
