from rempart.engines.directory.builder import Builder
from rempart.engines.directory.logins import called
from rempart.engines.directory.model import Kind


def test_a_login_counts_before_the_name_of_its_row() -> None:
    builder = Builder()
    for i, (name, login) in enumerate(
        [("MSOL_1@CHU", "autre"), ("Synchro@CHU", "msol_2"), ("Msol_3@CHU", "")]
    ):
        row = builder.row(f"S-1-5-21-1-2-3-{1100 + i}")
        builder.describe(row, Kind.USER, name=name)
        builder.attribute(row, "samaccountname", [login] if login else [])
    directory = builder.build()
    assert called(directory, "msol_", "aad_") == [1, 2]
    assert called(directory, "autre") == [0]
