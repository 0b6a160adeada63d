"""Write the registry of the demonstration: real hospitals of one region from the SAE survey, and invented homes.

tools/demo_registry.py ID_2023r.csv GHT_2023r.csv CATEGORIES.csv (files « SAE – bases administratives » of DREES and the
nomenclature of categories of FINESS, Licence Ouverte)
"""

import csv
import sys
from pathlib import Path

from rempart.kernel.finess import with_key

FOLDER = Path(__file__).parents[1] / "src/rempart/web/demo/data"
DEPARTMENTS = {"22", "29", "35", "56"}
COLUMNS = [
    "finess",
    "name",
    "operator",
    "operator_name",
    "legal_status",
    "category",
    "siret",
    "department",
    "region",
    "municipality",
    "municipality_code",
    "postal_code",
    "grouping",
]

PLACES = {
    "22": ("Saint-Brieuc 22278 22000|Lannion 22113 22300|Guingamp 22070 22200|Dinan 22050 22100|"
           "Paimpol 22162 22500|Loudéac 22136 22600|Lamballe-Armor 22093 22400|Rostrenen 22266 22110"),
    "29": ("Brest 29019 29200|Quimper 29232 29000|Morlaix 29151 29600|Concarneau 29039 29900|"
           "Douarnenez 29046 29100|Crozon 29042 29160|Landerneau 29103 29800|Quimperlé 29233 29300"),
    "35": ("Rennes 35238 35000|Saint-Malo 35288 35400|Vitré 35360 35500|Redon 35236 35600|"
           "Dinard 35093 35800|Fougères 35115 35300|Saint-Grégoire 35278 35760|Rennes 35238 35700"),
    "56": ("Vannes 56260 56000|Lorient 56121 56100|Pontivy 56178 56300|Auray 56007 56400|"
           "Ploërmel 56165 56800|Malestroit 56124 56140|Ploemeur 56162 56270|Le Palais 56152 56360"),
}  # fmt: skip
FLOWERS = [
    "Les Genêts",
    "Les Ajoncs",
    "Les Hortensias",
    "La Bruyère",
    "Les Camélias",
    "Le Chèvrefeuille",
    "Les Mimosas",
    "L’Aubépine",
    "Les Iris",
    "Les Glycines",
    "Le Romarin",
    "Les Mûriers",
    "La Callune",
    "Les Fougères",
    "Les Pommiers",
    "Le Tilleul",
    "Les Coquelicots",
    "Les Bleuets",
    "La Lavande",
    "Les Châtaigniers",
    "L’Olivier",
    "Les Roseaux",
    "Les Jonquilles",
    "Le Lierre",
    "La Pervenche",
    "Les Primevères",
    "Le Noisetier",
    "Les Saules",
    "Les Marguerites",
    "La Sauge",
    "Le Houx",
    "Les Violettes",
    "Les Peupliers",
    "Le Thym",
    "Les Acacias",
    "L’Églantine",
    "Les Lilas",
    "La Menthe",
    "Les Tamaris",
    "Le Laurier",
]
GHT_HOSPITALS = {
    "BRE-01": ("29", 0), "BRE-02": ("29", 1), "BRE-03": ("56", 1), "BRE-04": ("56", 0),
    "BRE-05": ("35", 0), "BRE-06": ("35", 1), "BRE-07": ("22", 0), "BRE-08": ("56", 2),
}  # fmt: skip
GHT_OF_PLACE = {
    "22": ("BRE-07", "BRE-07", "BRE-07", "BRE-06", "BRE-07", "BRE-08", "BRE-07", "BRE-08"),
    "29": ("BRE-01", "BRE-02", "BRE-01", "BRE-02", "BRE-02", "BRE-01", "BRE-01", "BRE-03"),
    "35": ("BRE-05", "BRE-06", "BRE-05", "BRE-05", "BRE-06", "BRE-05", "BRE-05", "BRE-05"),
    "56": ("BRE-04", "BRE-03", "BRE-08", "BRE-04", "BRE-04", "BRE-04", "BRE-03", "BRE-04"),
}


def real(survey: Path) -> list[dict[str, str]]:
    """The hospitals of the region as the survey names them; nothing is added to them."""
    with survey.open(encoding="iso-8859-1", newline="") as file:
        found = [r for r in csv.DictReader(file, delimiter=";") if r["dep"] in DEPARTMENTS]
    return [
        dict(
            zip(
                COLUMNS,
                (
                    *(row["fi"], row["rs"], row["fi_ej"], "", row["stj"], row["cat"], row["sir"]),
                    *(row["dep"], "53", row["NOMCOM"], row["COMINSEE"], row["CPO"], ""),
                ),
                strict=True,
            )
        )
        for row in sorted(found, key=lambda r: r["fi"])
    ]


def place(department: str, rank: int) -> tuple[str, str, str]:
    """Town, its code, its post code."""
    town, code, postal = PLACES[department].split("|")[rank].rsplit(" ", 2)
    return town, code, postal


def invented() -> list[dict[str, str]]:
    """An invented hospital for each GHT, forty invented nursing homes, and one in another region."""
    rows = []
    for number, (ght, (department, rank)) in enumerate(sorted(GHT_HOSPITALS.items())):
        town = place(department, rank)
        name = f"Centre hospitalier de démonstration de {town[0]} (inventé)"
        rows.append(_invented(department, 10 + number, name, "355", "13", town, ght, hospital=True))
    for number, flower in enumerate(FLOWERS):
        department = sorted(DEPARTMENTS)[(number + 2) % 4]
        rank = number // 4 % 8
        name = f"EHPAD {flower} (inventé)"
        town, ght = place(department, rank), GHT_OF_PLACE[department][rank]
        rows.append(_invented(department, 100 + number, name, "500", "60", town, ght))
    far = _invented(
        "13", 200, "EHPAD Les Cigales (inventé)", "500", "60", ("Marseille", "13055", "13001"), ""
    )
    return [*rows, far | {"region": "93"}]


def _invented(
    department: str, number: int, name: str, category: str, status: str,
    town: tuple[str, str, str], ght: str, *, hospital: bool = False,
) -> dict[str, str]:  # fmt: skip
    operator = with_key(f"{department}990{number:03d}")
    owner = name if hospital else f"Association de démonstration {number} (inventée)"
    values = (with_key(f"{department}991{number:03d}"), name, operator, owner, status, category, "",
              department, "53", *town, ght)  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def groups(survey: Path) -> list[dict[str, str]]:
    """The GHT of the region: their real names; the survey does not say who belongs to them."""
    with survey.open(encoding="iso-8859-1", newline="") as file:
        found = [
            r for r in csv.DictReader(file, delimiter=";") if r["NOM_COURT_GHT"].startswith("BRE-")
        ]
    return [
        {
            "code": r["NOM_COURT_GHT"],
            "name": f"GHT {r['NOM_COMPLET_GHT'].title().replace(' De ', ' de ')}",
            "region": "53",
        }
        for r in found
    ]


def categories(nomenclature: Path, used: set[str]) -> list[dict[str, str]]:
    """The categories that the demonstration needs, as FINESS names them."""
    with nomenclature.open(encoding="utf-8", newline="") as file:
        found = [r for r in csv.DictReader(file, delimiter=";") if r["code"] in used]
    return [
        {
            "code": r["code"],
            "label": r["libelle"],
            "short_label": r["libellecourt"],
            "sector": r["domaine"],
            "aggregate": r["codeagr1"],
        }
        for r in found
    ]


def write(name: str, rows: list[dict[str, str]]) -> None:
    """One file, in UTF-8, with semicolons."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    hospitals, others = real(Path(sys.argv[1])), invented()
    write("hospitals.csv", hospitals)
    write("invented.csv", others)
    write("ght.csv", groups(Path(sys.argv[2])))
    used = {row["category"] for row in hospitals + others}
    write("categories.csv", categories(Path(sys.argv[3]), used))
