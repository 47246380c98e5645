"""The three use cases that ship fit the files of the example company and keep the rules of the house."""

from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from features.catalogue import Catalogue, Feature
from features.frame import Frame, build
from features.measures import list_measures, list_response_rates
from features.usecase import FeatureRule, ResponseRateRule, UseCase, load

FOLDER = Path(__file__).parents[3] / "mlproject" / "usecases"
NAMES = ("churn", "attrition", "satisfaction")
OF_NO_USECASE = {
    "call_turns.parquet": "read beside the calls that they belong to",
    "reviews.parquet": "public texts, for tests of texts alone",
    "org.parquet": "the hierarchy of units is no feature",
    "beliefs.csv": "opinions about drivers, of no entity",
    "truth.json": "the truth",
    "truth.parquet": "the truth",
    "truth_employees.parquet": "the truth",
    "truth_texts.parquet": "the truth",
}


@pytest.fixture(scope="module")
def usecases(small_company) -> dict[str, UseCase]:
    return {name: load(FOLDER / f"{name}.yaml", small_company.folder) for name in NAMES}


def _list_features(usecase: UseCase) -> tuple[Feature, ...]:
    """Return every feature, without reading a table."""
    found: list[Feature] = []
    for name, rule in usecase.features.items():
        if isinstance(rule, FeatureRule):
            key = name
            measures = list_measures(name, usecase.sources[name], rule)
        else:
            assert isinstance(rule, ResponseRateRule)
            key = rule.answered
            measures = list_response_rates(name, usecase.sources[key], rule)
        data = usecase.sources[key].data
        found += [Feature(measure.name, "number", source=key, data=data) for measure in measures]
    return tuple(found)


def _header(path: Path, delimiter: str) -> set[str]:
    if path.suffix == ".parquet":
        return set(pq.read_schema(path).names)
    return set(
        pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter)).column_names
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_named_like_the_prediction_and_marked_as_simulated(usecases, name):
    assert usecases[name].name == name
    assert usecases[name].simulated
    assert set(usecases[name].label) == {"en", "de"}


def test_every_file_is_a_source_of_some_use_case_or_stands_apart_for_a_reason(usecases, small_company):
    used = {source.file for usecase in usecases.values() for source in usecase.sources.values()}
    files = {file.name for file in small_company.folder.iterdir()}
    assert used | set(OF_NO_USECASE) == files
    assert not used & set(OF_NO_USECASE)


@pytest.mark.parametrize("name", NAMES)
def test_every_column_that_is_named_is_there(usecases, small_company, name):
    usecase = usecases[name]
    for key, source in usecase.sources.items():
        assert source.file is not None
        columns = _header(small_company.folder / source.file, source.read.delimiter)
        rule = usecase.features.get(key)
        named = {source.id, source.event_time, source.valid_from, source.valid_to, source.known_at_column}
        named |= {*source.links, *source.units, *source.scales, source.verbatim}
        named |= {source.key or ("contact_id" if source.is_link else usecase.entity)}
        named |= set(rule.columns) - set(source.computed) if isinstance(rule, FeatureRule) else set()
        assert named - {None} <= columns, key


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_belongs_to_one_driver_and_every_driver_has_features(usecases, name):
    usecase = usecases[name]
    catalogue = Catalogue(_list_features(usecase)).with_drivers(usecase.drivers)
    assert 20 <= len(catalogue.names) <= 50
    assert not [feature.name for feature in catalogue.features if feature.driver is None]
    assert {feature.driver for feature in catalogue.features} == set(usecase.drivers)


@pytest.mark.parametrize("name", NAMES)
def test_every_driver_has_two_labels_a_role_and_an_actor_unless_context(usecases, name):
    drivers = usecases[name].drivers
    for key, driver in drivers.items():
        assert set(driver.label) == {"en", "de"}, key
        assert driver.role == "context" or driver.actor is not None, key
        assert driver.role != "lever" or (driver.actor == "company" and driver.goal), key
    for language in ("en", "de"):
        assert len({driver.label[language] for driver in drivers.values()}) == len(drivers)


@pytest.mark.parametrize("name", NAMES)
def test_what_people_say_is_never_a_lever(usecases, name):
    usecase = usecases[name]
    said = {key for key, source in usecase.sources.items() if source.data == "X"}
    levers = [driver for driver in usecase.drivers.values() if driver.role == "lever"]
    assert not [p for lever in levers for p in lever.features if p.partition(".")[0] in said]


@pytest.fixture(scope="module")
def frames(usecases) -> dict[str, Frame]:
    return {name: build(usecases[name]) for name in NAMES if name != "churn"}


@pytest.mark.parametrize("name", ["attrition", "satisfaction"])
def test_the_frame_is_built_without_an_odd_row_or_a_finding(frames, usecases, name):
    facts = frames[name].facts
    odd = (
        "missing_time",
        "duplicates",
        "unmatched",
        "known_before_event",
        "in_future",
        "before_start",
        "after_end",
    )
    for source, match in facts.matches.items():
        assert {key: match[key] for key in odd} == dict.fromkeys(odd, 0), source
    assert facts.findings == ()
    assert facts.dropped_features == {}
    found = {feature.name for feature in facts.catalogue.features}
    assert found == {feature.name for feature in _list_features(usecases[name])}


class TestAttrition:
    @pytest.fixture
    def usecase(self, usecases) -> UseCase:
        return usecases["attrition"]

    def test_resigning_is_the_event_and_the_other_causes_compete(self, usecase, company):
        assert usecase.target is not None
        cause = usecase.target.cause
        causes = {row[0] for row in company.database.sql("SELECT DISTINCT reason FROM exits").fetchall()}
        assert set(cause.voluntary) == {"resigned"}
        assert {*cause.voluntary, *cause.competing} == causes
        assert str(usecase.target.primary.length) == "180d"
        assert [str(span.length) for span in usecase.target.spans] == ["90d", "180d", "365d"]
        assert usecase.target.gap_days == 14

    def test_people_are_protected(self, usecase):
        assert usecase.privacy.subject == "employee"
        assert set(usecase.privacy.protected) == {"employees.gender", "employees.birth_year"}
        names = " ".join(feature.name for feature in _list_features(usecase))
        assert "gender" not in names
        assert "birth" not in names
        assert set(usecase.cuts) == {"employees.department", "employees.site"}

    def test_the_pulse_joins_by_unit_and_has_no_person(self, usecase):
        pulse = usecase.sources["pulse"]
        assert (pulse.join, pulse.key, usecase.units) == ("unit", "unit_id", "employees.unit_id")
        assert pulse.delay_days == 14
        assert pulse.data == "X"

    def test_it_offers_what_is_planted_under_the_same_goals(self, usecase, small_company):
        truth = small_company.truth.employees
        for planted in truth.named("lever"):
            driver = usecase.drivers[planted.name]
            assert driver.role == "lever"
            assert driver.goal == planted.goal
            assert list(planted.features) == driver.features
        for role in ("weak_lever", "decoy"):
            assert all(usecase.drivers[planted.name].role == "lever" for planted in truth.named(role))
        assert all(usecase.drivers[planted.name].role == "mediator" for planted in truth.named("mediator"))
        assert all(usecase.drivers[planted.name].role == "context" for planted in truth.named("context"))
        for planted in (*truth.named("signal"), *truth.named("noise")):
            assert set(planted.features) & set(usecase.drivers[planted.name].features), planted.name

    def test_only_resigning_is_an_event_of_the_frame(self, frames, small_company):
        table = frames["attrition"].table.to_pandas()
        left = small_company.ask("SELECT employee_id, reason FROM exits")
        resigned = set(left.loc[left["reason"] == "resigned", "employee_id"])
        with_event = set(table.loc[table["target_event"] == 1, "entity_id"])
        assert with_event
        assert with_event <= resigned

    def test_the_pulse_reaches_nearly_everybody_through_the_unit(self, frames, small_company):
        table = frames["attrition"].table.to_pandas()
        answered = table["x_pulse.workload.mean_365d"]
        assert answered.notna().mean() > 0.8
        per_unit = table.assign(workload=answered).groupby("snapshot_date")["workload"].nunique()
        assert per_unit.max() <= small_company.truth.employees.n_teams

    def test_what_leavers_say_is_counted_and_no_feature(self, usecase, frames, small_company):
        assert "exit_interviews" not in usecase.features
        stated = frames["attrition"].facts.stated
        reasons = small_company.ask("SELECT stated_reason AS reason FROM exit_interviews")["reason"]
        assert stated.heard == stated.given == len(reasons)
        assert stated.named["pay"] == (reasons == "Pay").sum()
        assert stated.unmapped == (reasons == "Private reasons").sum()

    def test_managers_rank_what_they_spread_their_points_on(self, usecase, company):
        points = company.ask("SELECT topic, sum(points) AS points FROM beliefs GROUP BY 1 ORDER BY 2 DESC")
        names = {"leading": "support"}
        topics = [names.get(topic, topic) for topic in points["topic"] if topic != "career"]
        assert usecase.beliefs.managers[0] == topics[0] == "pay"
        assert set(usecase.beliefs.managers) == set(topics)

    def test_it_has_no_price_on_people(self, usecase):
        assert usecase.value is None


class TestSatisfaction:
    @pytest.fixture
    def usecase(self, usecases) -> UseCase:
        return usecases["satisfaction"]

    def test_the_next_csat_is_predicted_as_ordered_grades(self, usecase):
        assert usecase.target is not None
        assert (usecase.target.next, usecase.target.kind) == ("surveys.csat", "ordinal")
        assert str(usecase.target.within) == "90d"
        assert usecase.sources["surveys"].scales["csat"] == (1.0, 5.0)

    def test_the_cohort_is_every_customer_whether_they_answer_or_not(self, usecase, usecases):
        assert usecase.cohort == usecases["churn"].cohort

    def test_people_who_never_answered_are_in_the_frame(self, frames, small_company):
        table = frames["satisfaction"].table.to_pandas()
        answered = set(small_company.ask("SELECT DISTINCT customer_id FROM surveys")["customer_id"])
        silent = table[~table["entity_id"].isin(answered)]
        assert silent["entity_id"].nunique() > 30
        assert silent["target"].isna().all()
        assert set(table["target"].dropna()) == {1.0, 2.0, 3.0, 4.0, 5.0}

    def test_the_answer_goes_with_earlier_answers_and_is_not_one_of_them(self, frames):
        table = frames["satisfaction"].table.to_pandas()
        seen = table.dropna(subset=["target", "x_surveys.csat.last"])
        found = seen["target"].corr(seen["x_surveys.csat.last"])
        assert 0.3 < found < 0.9

    def test_who_leaves_is_not_known_to_it(self, usecase):
        assert "cancellations" not in usecase.sources
        assert not [feature for feature in _list_features(usecase) if "contract_end" in feature.name]
