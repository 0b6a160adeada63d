"""Registry files made by a test: a few lines, with what the test wants to say."""

from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "data" / "registry"
REAL = SAMPLES / "etalab-cs1100502-stock-20260512-0339.csv"
HEADER = "finess;etalab;111;2026-05-12"


def a_site(finess: str = "350000019", **fields: str) -> str:
    """A line of cs1100502: a nursing home in Rennes."""
    values = {
        "type": "structureet", "finess": finess, "operator": "350000001", "rs": "EHPAD L'ÉTÉ", "rslongue": "",
        "complrs": "", "compldistrib": "", "numvoie": "12", "typvoie": "R", "voie": "DE LA GARE", "compvoie": "",
        "lieuditbp": "", "commune": "238", "departement": "35", "libdepartement": "ILLE ET VILAINE",
        "ligne": "35000 RENNES CEDEX", "telephone": "0299000000", "telecopie": "", "categetab": "500",
        "libcategetab": "Etablissement d'hébergement pour personnes âgées dépendantes", "categagretab": "4401",
        "libcategagretab": "x", "siret": "", "codeape": "", "codemft": "", "libmft": "", "codesph": "", "libsph": "",
        "dateouv": "1998-03-01", "dateautor": "", "datemaj": "2026-01-01", "numuai": "",
    } | fields  # fmt: skip
    return ";".join(values.values())


def an_entity(finess: str = "350000001", **fields: str) -> str:
    """A line of cs1100501: an association of Rennes."""
    values = {
        "type": "structureej", "finess": finess, "rs": "ASSOCIATION KER", "rslongue": "", "complrs": "",
        "numvoie": "", "typvoie": "", "voie": "", "compvoie": "", "compldistrib": "", "lieuditbp": "",
        "commune": "238", "ligne": "35000 RENNES", "departement": "35", "libdepartement": "ILLE ET VILAINE",
        "telephone": "", "statut": "60", "libstatut": "Association", "categetab": "", "libcategetab": "",
        "siren": "300000001", "codeape": "", "datecrea": "1975-01-01",
    } | fields  # fmt: skip
    return ";".join(values.values())


def a_position(finess: str = "350000019", x: str = "352000.0", y: str = "6789000.0") -> str:
    """A geolocation line of cs1100507."""
    return f"geolocalisation;{finess};{x};{y};1,ATLASANTE;2026-03-02"


def a_file(folder: Path, *lines: str, name: str = "stock.csv", encoding: str = "utf-8") -> Path:
    """A stock file of these lines, with its header."""
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in (HEADER, *lines)).encode(encoding))
    return path
