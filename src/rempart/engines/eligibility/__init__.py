"""What a programme asks and what an establishment holds: met, not met, or not measured; shares and expenses."""
