from datetime import UTC, datetime, timedelta

import pytest

from features.errors import InputError
from serving.access.issuing import create_key, revoke_key, rotate_key
from serving.access.records import read_records
from serving.access.roles import ROLES

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


def of_id(path, key_id):
    return next(record for record in read_records(path) if record.key_id == key_id)


class TestCreate:
    @pytest.mark.parametrize("role", ROLES)
    def test_a_key_of_every_role_is_kept_by_its_hash(self, path, role):
        issued = create_key(path, role, now=NOON, units="all", label="desk")
        record = of_id(path, issued.token.key_id)
        assert (record.role, record.sha256, record.label) == (role, issued.token.sha256.hex(), "desk")
        assert (record.units, record.usecases, record.scopes) == (None, None, None)
        assert record.expires_at == NOON + timedelta(days=365)

    def test_a_manager_has_to_have_units_or_all_of_them_in_words(self, path):
        with pytest.raises(InputError, match="--units: a key for the role manager has to say"):
            create_key(path, "manager", now=NOON)
        assert not path.exists()

    @pytest.mark.parametrize(
        ("text", "units"),
        [
            ("site=Bonn", ("site=Bonn",)),
            ("site=Bonn,site=Ulm , department=Sales", ("site=Bonn", "site=Ulm", "department=Sales")),
            ("department=Sales, East,site=Bonn", ("department=Sales, East", "site=Bonn")),
            ("department=R=D", ("department=R=D",)),
        ],
    )
    def test_units_are_groups_of_cuts(self, path, text, units):
        assert create_key(path, "manager", now=NOON, units=text).record.units == units

    @pytest.mark.parametrize("text", ["Bonn", "site=", "=Bonn", "everything", " = "])
    def test_other_words_are_no_units(self, path, text):
        with pytest.raises(InputError, match=r"--units: '.*' is not a unit; write cut=group"):
            create_key(path, "manager", now=NOON, units=text)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"role": "root"}, "--role: 'root' is not a role; the roles are: app, manager"),
            ({"role": ""}, "--role: '' is not a role"),
            ({"scopes": ["admin"]}, "--scopes: the role app has no scope 'admin'; it has: docs:read"),
            ({"days": -1}, "--days: '-1' is out of range"),
            ({"days": float("nan")}, "--days: 'nan' is out of range"),
            ({"days": 1e9}, "--days: "),
            ({"label": "x" * 101}, "--label: "),
            ({"label": "a\x1b[2Jb"}, "--label: "),
            ({"label": "a\nb"}, "--label: "),
        ],
        ids=range(9),
    )
    def test_what_cannot_be_used_is_named_and_nothing_is_written(self, path, wrong, message):
        with pytest.raises(InputError) as caught:
            create_key(path, **{"role": "app", "now": NOON, **wrong})
        assert str(caught.value).startswith(message)
        assert not path.exists()

    def test_a_key_may_have_no_end_few_scopes_and_few_use_cases(self, path):
        record = create_key(
            path, "data_scientist", now=NOON, days=0, scopes=["metrics:read"], usecases=["churn"]
        ).record
        assert record.expires_at is None
        assert record.to_actor().scopes == {"metrics:read"}
        assert record.to_actor().usecases == {"churn"}


class TestRotate:
    def test_the_new_key_may_do_the_same_for_as_long_and_the_old_one_ends_soon(self, path):
        old = create_key(
            path, "manager", now=NOON, units="site=Bonn", usecases=["attrition"], label="Bonn", days=90
        )
        later = NOON + timedelta(days=80)
        new = rotate_key(path, old.record.key_id, now=later, overlap_hours=24)
        assert new.token.secret != old.token.secret
        assert new.record.to_actor().units == {"site=Bonn"}
        assert (new.record.role, new.record.label, new.record.usecases) == ("manager", "Bonn", ("attrition",))
        assert (new.record.created_at, new.record.expires_at) == (later, later + timedelta(days=90))
        assert new.record.replaces == old.record.key_id
        assert of_id(path, old.record.key_id).expires_at == later + timedelta(hours=24)

    def test_an_overlap_does_not_lengthen_the_life_of_the_old_key(self, path):
        old = create_key(path, "app", now=NOON, days=1)
        rotate_key(path, old.record.key_id, now=NOON + timedelta(hours=20), overlap_hours=48)
        assert of_id(path, old.record.key_id).expires_at == NOON + timedelta(days=1)

    def test_without_an_overlap_the_old_key_ends_at_once(self, path):
        old = create_key(path, "app", now=NOON, days=0)
        new = rotate_key(path, old.record.key_id, now=NOON, overlap_hours=0)
        assert of_id(path, old.record.key_id).state_at(NOON) == "expired"
        assert new.record.expires_at is None

    @pytest.mark.parametrize("hours", [-1, 90 * 24 + 1, float("nan"), float("inf")])
    def test_an_overlap_has_bounds(self, path, hours):
        old = create_key(path, "app", now=NOON)
        with pytest.raises(InputError, match="--overlap-hours: "):
            rotate_key(path, old.record.key_id, now=NOON, overlap_hours=hours)

    def test_a_key_that_is_no_longer_valid_has_no_successor(self, path):
        ended = create_key(path, "app", now=NOON, days=1)
        revoked = create_key(path, "app", now=NOON)
        revoke_key(path, revoked.record.key_id, now=NOON)
        for issued, state in ((ended, "expired"), (revoked, "revoked")):
            with pytest.raises(InputError, match=f"is {state}; make a new one"):
                rotate_key(path, issued.record.key_id, now=NOON + timedelta(days=1))
        assert len(read_records(path)) == 2

    def test_a_key_is_replaced_once(self, path):
        old = create_key(path, "app", now=NOON)
        new = rotate_key(path, old.record.key_id, now=NOON)
        with pytest.raises(InputError, match=f"was replaced already; rotate '{new.record.key_id}'"):
            rotate_key(path, old.record.key_id, now=NOON)


class TestRevoke:
    def test_a_key_ends_now_and_the_time_is_kept(self, path):
        issued = create_key(path, "app", now=NOON)
        record = revoke_key(path, issued.record.key_id, now=NOON + timedelta(hours=1))
        assert record.state_at(NOON) == "revoked"
        again = revoke_key(path, issued.record.key_id, now=NOON + timedelta(hours=9))
        assert again.revoked_at == NOON + timedelta(hours=1)

    def test_a_leaked_key_may_be_pasted_as_it_is(self, path):
        issued = create_key(path, "app", now=NOON)
        assert revoke_key(path, issued.token.text, now=NOON).key_id == issued.record.key_id

    def test_the_other_keys_stay(self, path):
        first, second = (create_key(path, "app", now=NOON) for _ in range(2))
        revoke_key(path, first.record.key_id, now=NOON)
        assert of_id(path, second.record.key_id) == second.record

    def test_an_unknown_key_is_named_by_its_id_and_what_is_no_id_is_not_repeated(self, path):
        issued = create_key(path, "app", now=NOON)
        secret = issued.token.text.split("_", 2)[2]
        with pytest.raises(InputError, match="there is no key 'ffffffffffff' in"):
            revoke_key(path, f"xmp_ffffffffffff_{secret}", now=NOON)
        for wrong in (secret, issued.token.text + "x", ""):
            with pytest.raises(InputError, match="--key: is not the id of a key") as caught:
                revoke_key(path, wrong, now=NOON)
            assert secret not in str(caught.value)


class TestPeopleAtWork:
    """The scope for single people at work is in no role; an agreement can open it."""

    SINGLE = ("score:employee:individual",)

    @pytest.mark.parametrize("role", ["app", "analyst"])
    def test_it_is_given_for_use_cases_that_an_agreement_names(self, path, role):
        issued = create_key(
            path, role, now=NOON, scopes=self.SINGLE, usecases=["attrition"], agreed=["attrition", "other"]
        )
        assert issued.record.to_actor().scopes == set(self.SINGLE)
        assert read_records(path)[0].to_actor().usecases == {"attrition"}

    @pytest.mark.parametrize("role", sorted(set(ROLES) - {"app", "analyst"}))
    def test_no_agreement_gives_it_to_who_leads_builds_or_watches(self, path, role):
        with pytest.raises(InputError, match=f"the role {role} has no scope 'score:employee:individual'"):
            create_key(path, role, now=NOON, units="all", scopes=self.SINGLE, usecases=["a"], agreed=["a"])

    @pytest.mark.parametrize(
        ("usecases", "agreed", "named"),
        [
            ([], ["attrition"], "has to name each of its use cases"),
            (["attrition"], [], "does not name 'attrition'"),
            (["attrition", "other"], ["attrition"], "does not name 'other'"),
        ],
        ids=["all use cases", "no agreement", "one too many"],
    )
    def test_without_it_no_key_is_made(self, path, usecases, agreed, named):
        with pytest.raises(InputError, match=f"needs a written agreement, which {named}; XM_GOVERNANCE"):
            create_key(path, "analyst", now=NOON, scopes=self.SINGLE, usecases=usecases, agreed=agreed)
        assert not path.exists()

    def test_a_role_alone_never_has_it(self, path):
        for role in ROLES:
            issued = create_key(path, role, now=NOON, units="all", agreed=["attrition"])
            assert self.SINGLE[0] not in issued.record.to_actor().scopes
