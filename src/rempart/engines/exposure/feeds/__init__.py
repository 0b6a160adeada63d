"""Known holes and ends of life, from a signed bundle that needs no network."""
