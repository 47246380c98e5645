"""A new kind of entity is one file: suppliers, in a table that nothing in the code has seen before."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.frame import build
from features.usecase import load

USECASE = """
version: 1
name: supplier_exit
label: {en: Suppliers who stop delivering, de: Abwandernde Lieferanten}
entity: vendor_no
snapshots: {every: quarter, from: 2023-04-01, to: 2024-04-01}
sources:
  vendors: {file: vendors.csv, valid_from: listed_on, known_at: same}
  shipments: {file: shipments.csv, event_time: arrived_on, known_at: {delay: 2d}, units: {days_late: days}}
  audits:
    file: audits.csv
    event_time: held_on
    known_at: same
    data: X
    survey: audit
    answered_by: other
    scales: {grade: 1..5}
  delistings: {file: delistings.csv, event_time: ended_on, known_at: same}
features:
  vendors: {last: [country, category]}
  shipments: {windows: [90d, 180d], count: {}, mean: [days_late], days_since_last: {}}
  audits: {windows: [365d], mean: [grade]}
cohort: {from: vendors.listed_on}
cuts: [vendors.country]
target: {event: delistings, horizons: [90d, 180d], observed_until: 2024-10-01}
drivers:
  punctuality: {features: ['shipments.days_late*'], role: lever, actor: person, goal: '<= 1'}
privacy: {subject: supplier}
"""


def write(path: Path, names: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])


def make_suppliers(folder: Path, n_vendors: int = 80) -> None:
    dice = random.Random(3)
    vendors, shipments, audits, delistings = [], [], [], []
    for number in range(n_vendors):
        vendor, listed = f"V{number:03d}", date(2022, 1, 1) + timedelta(days=dice.randrange(300))
        left = date(2023, 5, 1) + timedelta(days=dice.randrange(500)) if dice.random() < 0.5 else None
        vendors.append([vendor, listed, dice.choice(["DE", "PL"]), dice.choice(["steel", "wood"])])
        for _ in range(30):
            arrived = listed + timedelta(days=dice.randrange(900))
            if left is None or arrived < left:
                shipments.append([vendor, arrived, dice.randrange(9)])
        audits.append([vendor, listed + timedelta(days=dice.randrange(700)), dice.randrange(1, 6)])
        if left is not None:
            delistings.append([vendor, left])
    write(folder / "vendors.csv", ["vendor_no", "listed_on", "country", "category"], vendors)
    write(folder / "shipments.csv", ["vendor_no", "arrived_on", "days_late"], shipments)
    write(folder / "audits.csv", ["vendor_no", "held_on", "grade"], audits)
    write(folder / "delistings.csv", ["vendor_no", "ended_on"], delistings)


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suppliers")
    make_suppliers(folder)
    (folder / "supplier_exit.yaml").write_text(USECASE, encoding="utf-8")
    return build(load(folder / "supplier_exit.yaml"), folder / "frame")


def test_one_file_makes_rows_features_and_labels_of_suppliers(frame):
    facts = frame.facts
    assert facts.usecase == "supplier_exit"
    assert facts.entity_count > 70
    assert facts.event_count > 60
    assert facts.catalogue.names == (
        "o_vendors.country",
        "o_vendors.category",
        "o_shipments.count_90d",
        "o_shipments.count_180d",
        "o_shipments.days_late.mean_90d",
        "o_shipments.days_late.mean_180d",
        "o_shipments.days_since_last",
        "x_audits.grade.mean_365d",
    )
    assert set(facts.catalogue.drivers) == {"punctuality"}
    assert [horizon.horizon for horizon in facts.horizons] == ["90d", "180d"]


def test_suppliers_of_today_can_be_scored_by_their_number(frame):
    assert set(frame.latest.column("snapshot_date").to_pylist()) == {date(2024, 4, 1)}
    assert all(name.startswith("V") for name in frame.latest.column("entity_id").to_pylist())
    assert set(frame.latest.column("cut_country").to_pylist()) == {"DE", "PL"}


def test_nothing_in_the_code_speaks_of_them():
    root = Path(__file__).parents[3]
    sources = [path.read_text(encoding="utf-8") for path in (root / "features").rglob("*.py")]
    assert not [word for word in ("vendor", "delisting", "shipment") if any(word in text for text in sources)]
