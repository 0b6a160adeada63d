"""The file of a programme as documents: what is sent, printed, or kept."""
