"""Documents of a self-assessment: the paper to fill with a pen, the report for a board, the attestation."""
