"""Certificate services: what they hold, who may use them, and where that leads."""
