"""DNS spoken by ourselves: wire format, exchange over UDP and TCP, resolution, DNSSEC, and what a zone shows."""
