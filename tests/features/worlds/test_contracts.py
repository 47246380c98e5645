"""The contract history: appended when known, open until ended, the end not known before the cancellation."""


def test_the_history_is_in_order_of_arrival(company):
    known = company.ask("SELECT loaded_at FROM customers")["loaded_at"]
    assert known.is_monotonic_increasing


def test_every_version_is_known_within_weeks_after_it_begins(company):
    wait = company.ask("SELECT epoch(loaded_at - valid_from) / 86400 AS days FROM customers")["days"]
    assert wait.min() >= 0
    assert wait.max() < 36


def test_everybody_has_a_first_version_from_the_start_on(company):
    firsts = company.ask(
        "SELECT customer_id, min(valid_from) AS first, min(contract_start) AS start, "
        "max(contract_start) AS last "
        "FROM customers GROUP BY customer_id"
    )
    assert len(firsts) == 5000
    assert (firsts["first"] == firsts["start"]).all()
    assert (firsts["start"] == firsts["last"]).all()


def test_an_end_is_told_once_and_with_the_cancellation(company):
    joined = company.ask(
        "SELECT contract_end, cancelled_at, loaded_at, ingested_at, valid_from FROM customers "
        "JOIN cancellations USING (customer_id) WHERE contract_end IS NOT NULL"
    )
    assert len(joined) == company.value("SELECT count(*) FROM cancellations")
    assert (joined["loaded_at"] == joined["ingested_at"]).all()
    assert (joined["valid_from"] == joined["cancelled_at"]).all()
    assert (joined["contract_end"] > joined["cancelled_at"]).all()
    assert ((joined["contract_end"] - joined["cancelled_at"]).dt.days < 1).all()


def test_no_version_begins_after_the_end(company):
    late = (
        "SELECT count(*) FROM customers AS c JOIN cancellations AS x USING (customer_id) "
        "WHERE c.valid_from > x.cancelled_at"
    )
    assert company.value(late) == 0


def test_rented_seats_end_on_the_day_agreed_and_the_old_number_comes_back(company):
    rented = company.ask(
        "SELECT customer_id, valid_from, valid_to, seats FROM customers WHERE valid_to IS NOT NULL"
    )
    assert len(rented) > 100
    assert ((rented["valid_to"] - rented["valid_from"]).dt.days == 91).all()
    back = company.ask(
        "SELECT a.seats AS more, b.seats AS fewer, (b.valid_to IS NULL) AS is_open FROM customers AS a "
        "JOIN customers AS b ON a.customer_id = b.customer_id AND a.valid_to = b.valid_from"
    )
    assert len(back) >= 0.98 * len(rented)
    assert (back["more"] > back["fewer"]).mean() > 0.8
    assert (back["more"] >= back["fewer"]).all()
    assert back["is_open"].all()


def test_some_contracts_change_plan_and_revenue_follows(company):
    changes = company.ask(
        "SELECT customer_id, count(DISTINCT plan) AS plans, count(DISTINCT region) AS regions, "
        "bool_and(yearly_revenue_eur > 0) AS pays FROM customers GROUP BY customer_id"
    )
    assert 0.03 < (changes["plans"] > 1).mean() < 0.2
    assert (changes["regions"] == 1).all()
    assert changes["pays"].all()
    per_seat = company.ask(
        "SELECT plan, count(DISTINCT round(yearly_revenue_eur / seats, 2)) AS prices "
        "FROM customers GROUP BY plan"
    )
    assert (per_seat["prices"] == 1).all()


def test_what_leavers_say_is_mostly_the_price(company):
    reasons = company.ask("SELECT reason, count(*) AS n FROM cancellations GROUP BY reason ORDER BY n DESC")
    assert reasons["reason"].iloc[0] == "Price"
    assert len(reasons) == 6
