"""What the national registry looks like: how often each category comes, and the words of its names.

The frequencies are round figures of our own, near the published counts; labels are those of the nomenclature.
"""

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """A category: code, label, aggregate and its label, weight, first words of the names, funding."""

    code: str
    label: str
    aggregate: str
    aggregate_label: str
    weight: int
    words: str


_BIOLOGY, _PHARMACY = "Laboratoires de Biologie Médicale", "Pharmacies d'Officine et Propharmacies"
_HOME, _ELDERLY = "Services à Domicile", "Etablissements d'Hébergement pour Personnes Âgées"
_CARE, _ADULTS = "Centres de Santé", "Etablissements d'Hébergement pour Adultes Handicapés"

KINDS: Final = (
    Kind("620", "Pharmacie d'Officine", "3201", _PHARMACY, 20200, "PHARMACIE"),
    Kind("460", "Service autonomie aide (SAA)", "4605", _HOME, 8900, "SERVICE D'AIDE A DOMICILE"),
    Kind(
        "500",
        "Etablissement d'hébergement pour personnes âgées dépendantes",
        "4401",
        _ELDERLY,
        7500,
        "EHPAD",
    ),
    Kind("611", "Laboratoire de Biologie Médicale", "3101", _BIOLOGY, 4500, "LBM"),
    Kind("124", "Centre de Santé", "2206", _CARE, 3000, "CENTRE DE SANTE"),
    Kind("603", "Maison de santé (L.6223-3)", "2103", "Maisons de santé", 2700, "MSP"),
    Kind("156", "Centre Médico-Psychologique (C.M.P.)", "1111", "Santé mentale", 3400, "CMP"),
    Kind("202", "Résidences autonomie", "4401", _ELDERLY, 2300, "RESIDENCE AUTONOMIE"),
    Kind("354", "Service de Soins Infirmiers A Domicile (S.S.I.A.D)", "4605", _HOME, 2000, "SSIAD"),
    Kind(
        "182",
        "Service d'Éducation Spéciale et de Soins à Domicile",
        "4106",
        "Domicile handicap",
        1850,
        "SESSAD",
    ),
    Kind(
        "246",
        "Etablissement et Service d'Aide par le Travail (E.S.A.T.)",
        "4302",
        "Travail protégé",
        1500,
        "ESAT",
    ),
    Kind("183", "Institut Médico-Educatif (I.M.E.)", "4101", "Enfance handicapée", 1350, "IME"),
    Kind("382", "Foyer de Vie pour Adultes Handicapés", "4301", _ADULTS, 1600, "FOYER DE VIE"),
    Kind(
        "437",
        "Foyer d'Accueil Médicalisé pour Adultes Handicapés (F.A.M.)",
        "4301",
        _ADULTS,
        950,
        "FAM",
    ),
    Kind("255", "Maison d'Accueil Spécialisée (M.A.S.)", "4301", _ADULTS, 750, "MAS"),
    Kind("355", "Centre Hospitalier (C.H.)", "1102", "Centres Hospitaliers", 1400, "CH"),
    Kind(
        "109",
        "Etablissement de santé privé autorisé en SSR",
        "1107",
        "Soins de suite",
        700,
        "CENTRE SSR",
    ),
    Kind(
        "365",
        "Etablissement de Soins Pluridisciplinaire",
        "1110",
        "Soins courte durée",
        430,
        "CLINIQUE",
    ),
    Kind(
        "146",
        "Structure d'Alternative à la dialyse en centre",
        "1203",
        "Dialyse Ambulatoire",
        540,
        "UAD",
    ),
    Kind(
        "101",
        "Centre Hospitalier Régional (C.H.R.)",
        "1101",
        "Centres Hospitaliers Régionaux",
        210,
        "CHU",
    ),
    Kind("106", "Centre hospitalier, ex Hôpital local", "1106", "Hôpitaux locaux", 200, "HOPITAL"),
    Kind(
        "292",
        "Centre Hospitalier Spécialisé lutte Maladies Mentales",
        "1103",
        "Santé mentale",
        120,
        "CHS",
    ),
    Kind(
        "189",
        "Centre Médico-Psycho-Pédagogique (C.M.P.P.)",
        "4106",
        "Domicile handicap",
        480,
        "CMPP",
    ),
    Kind(
        "223",
        "Protection Maternelle et Infantile (P.M.I.)",
        "2202",
        "PMI et planification",
        5100,
        "PMI",
    ),
    Kind("462", "Lieux de vie", "4605", _HOME, 640, "LIEU DE VIE ET D'ACCUEIL"),
    Kind("699", "Entité Ayant Autorisation", "1205", "Loi hospitalière", 900, "SCM IMAGERIE"),
)

SAINTS: Final = (
    "SAINT-JOSEPH",
    "SAINTE ANNE",
    "SAINT VINCENT",
    "SAINTE MARIE",
    "SAINT-MICHEL",
    "SAINT JEAN",
)
PLANTS: Final = (
    "LES GENETS",
    "LES TILLEULS",
    "LES GLYCINES",
    "LES MIMOSAS",
    "L'ÉRABLE",
    "LES CHÊNES",
    "LE CLOS FLEURI",
)
SEASONS: Final = (
    "L'ÉTÉ",
    "LES QUATRE SAISONS",
    "L'ORÉE DU BOIS",
    "BEL AIR",
    "LA ROSERAIE",
    "LE GRAND PRÉ",
)
TOWNS: Final = (
    "BELLERIVE", "CHATEAUVIEUX", "MONTCLAIR", "VILLENEUVE LA ROCHE", "PONT L ABBAYE", "ROCHEFORT SUR SOIE",
    "BOURG LES EAUX", "LES HAUTES FORGES", "SAINT LOUP", "NEUFMOULIN", "GRANDPRE", "LA VILLE AUX DAMES",
)  # fmt: skip
STREETS: Final = (
    "DE LA GARE",
    "DES ECOLES",
    "DU GENERAL LECLERC",
    "VICTOR HUGO",
    "DE L'EGLISE",
    "JEAN JAURES",
)
WAYS: Final = ("R", "AV", "BD", "RTE", "PL", "CHE", "ALL", "ZI")
STATUSES: Final = (
    ("13", "Etablissement Public Communal d'Hospitalisation", 3),
    ("17", "Centre Communal d'Action Sociale", 9),
    ("60", "Association Loi 1901 non Reconnue d'Utilité Publique", 34),
    ("61", "Association Loi 1901 Reconnue d'Utilité Publique", 7),
    ("72", "Société A Responsabilité Limitée (S.A.R.L.)", 16),
    ("73", "Société Anonyme (S.A.)", 6),
    ("95", "Société par Actions Simplifiée (S.A.S.)", 25),
)
