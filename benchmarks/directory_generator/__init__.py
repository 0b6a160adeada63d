"""Makes directories of any size, the same one in every format that Rempart reads, with planted weaknesses.

`python -m benchmarks.directory_generator --objects 100000 --format sharphound,ldif,oradad --output DIR --seed 1`
"""
