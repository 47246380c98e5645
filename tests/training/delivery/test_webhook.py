"""Parts of a batch at a real receiver: each once, signed, tried again only where that helps."""

import email.utils
import time

import pyarrow as pa
import pytest

from features.errors import InputError
from serving.client import SignatureError, verify_signature
from tests.receiver import SECRET, receiving
from training.delivery.identity import Identity
from training.delivery.kept import KeptBatch
from training.delivery.payload import PART_ROWS, count_posts, list_posts
from training.delivery.signature import sign
from training.delivery.webhook import Persistence, Webhook, WebhookError, read_secret

N_ROWS = 2 * PART_ROWS + 5
SWIFT = Persistence(
    timeout_seconds=5, first_wait_seconds=0.01, longest_wait_seconds=0.02, deadline_seconds=20
)


def quiet(_line):
    """Say nothing."""


@pytest.fixture
def batch(tmp_path):
    scores = pa.table(
        {
            "entity_id": [f"e{number}" for number in range(N_ROWS)],
            "probability_30d": [0.25] * N_ROWS,
            "probability_90d": [number / N_ROWS for number in range(N_ROWS)],
            "risk_band": ["low"] * N_ROWS,
            "reason_1": ["Größe"] * N_ROWS,
            "reason_2": pa.array([None] * N_ROWS, pa.string()),
            "warnings": pa.array([None] * N_ROWS, pa.string()),
        }
    )
    identity = Identity("churn", "churn-1", "2025-12-01", "rows")
    kept = KeptBatch.open(tmp_path / "scores", identity, counts={"rows": N_ROWS, "parts": 1})
    kept.keep_part(0, scores)
    kept.finish()
    return kept


def serve(receiver, batch, persistence=SWIFT):
    return Webhook(receiver.url, SECRET, persistence).serve(batch, quiet)


class TestDelivery:
    def test_every_row_comes_once_with_what_it_needs(self, batch):
        with receiving() as receiver:
            assert serve(receiver, batch) == 3
        assert [len(part["rows"]) for part in receiver.parts()] == [PART_ROWS, PART_ROWS, 5]
        assert [row["entity_id"] for row in receiver.rows()] == [f"e{number}" for number in range(N_ROWS)]
        shared = {name: text for name, text in receiver.parts()[2].items() if name != "rows"}
        assert shared == {
            "usecase": "churn",
            "model_version": "churn-1",
            "as_of": "2025-12-01",
            "batch_id": batch.batch_id,
            "part": 2,
            "parts": 3,
            "decision_support_only": True,
        }
        assert receiver.rows()[3] == {
            "entity_id": "e3",
            "probabilities": {"30d": 0.25, "90d": 3 / N_ROWS},
            "risk_band": "low",
            "reasons": ["Größe"],
        }
        assert set(receiver.taken) == {f"{batch.batch_id}-{number}" for number in range(3)}

    def test_a_second_run_sends_nothing(self, batch):
        with receiving() as receiver:
            serve(receiver, batch)
            assert serve(receiver, batch) == 0
        assert len(receiver.calls) == 3

    def test_a_replay_changes_nothing_at_a_receiver_that_keeps_keys(self, batch):
        """Let the batch forget that it was delivered, as after a crash before that was written down."""
        with receiving() as receiver:
            serve(receiver, batch)
            before = dict(receiver.taken)
            batch.note_target(f"webhook {Webhook(receiver.url, SECRET).shown}", delivered=[1], parts=3)
            assert serve(receiver, batch) == 2
        assert receiver.n_again == 2
        assert receiver.taken == before
        assert [body for _, _, body in receiver.calls[3:]] == [
            before[f"{batch.batch_id}-{n}"] for n in (0, 2)
        ]

    def test_another_address_gets_all_of_it(self, batch):
        with receiving() as one, receiving() as other:
            assert serve(one, batch) == serve(other, batch) == 3


class TestPersistence:
    @pytest.mark.parametrize("answer", [(408, {}), (429, {}), (500, {}), (503, {}), None], ids=str)
    def test_what_may_pass_is_tried_again(self, batch, answer):
        with receiving([answer, answer]) as receiver:
            assert serve(receiver, batch) == 3
        assert len(receiver.calls) == 5
        assert receiver.n_again == 0

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422])
    def test_what_will_not_pass_is_not(self, batch, status):
        with receiving([(200, {}), (status, {})]) as receiver:
            told = f"part 1 was not taken after 1 try: it answered {status}; parts before it are delivered"
            with pytest.raises(WebhookError, match=told):
                serve(receiver, batch)
            assert len(receiver.calls) == 2
            assert serve(receiver, batch) == 2
        assert len(receiver.taken) == 3

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirects_are_not_followed(self, batch, status):
        refused = pytest.raises(WebhookError, match="redirects are not followed")
        with receiving() as other, receiving([(status, {"location": other.url})]) as receiver, refused:
            serve(receiver, batch)
        assert (len(receiver.calls), other.calls) == (1, [])

    def test_the_wait_that_the_receiver_asks_for_is_kept(self, batch):
        soon = email.utils.formatdate(time.time() + 2, usegmt=True)
        with receiving([(429, {"retry-after": "1"}), (503, {"retry-after": soon})]) as receiver:
            signed = []
            serve(receiver, batch)
            signed = [int(headers["xm-signature"][2:12]) for _, headers, _ in receiver.calls]
        assert signed[1] > signed[0]

    def test_a_wait_beyond_the_deadline_is_not_begun(self, batch):
        refused = pytest.raises(WebhookError, match="part 0 was not taken after 1 try: it answered 429")
        with receiving([(429, {"retry-after": "3600"})]) as receiver, refused:
            serve(receiver, batch)
        assert len(receiver.calls) == 1

    def test_tries_end_at_the_deadline(self, batch):
        brief = Persistence(first_wait_seconds=0.01, longest_wait_seconds=0.05, deadline_seconds=0.3)
        refused = pytest.raises(WebhookError, match=r"after \d+ tries: it answered 503")
        with receiving([(503, {})] * 1_000) as receiver, refused:
            serve(receiver, batch, brief)
        assert len(receiver.calls) > 2

    def test_a_receiver_that_is_not_there(self, batch):
        with receiving() as receiver:
            pass
        brief = Persistence(first_wait_seconds=0.01, deadline_seconds=0.1)
        with pytest.raises(WebhookError, match=r"it was not reached \(ConnectionRefusedError\)"):
            serve(receiver, batch, brief)

    def test_waits_double_up_to_a_longest_one(self):
        waits = [Persistence().choose_wait(attempt, None, 1.0) for attempt in range(1, 10)]
        assert waits[:3] == [0.5, 1.0, 2.0]
        assert max(waits) == 60.0
        assert Persistence().choose_wait(3, None, 0.0) == 1.0


class TestSignature:
    def test_another_secret_is_refused(self, batch):
        with receiving() as receiver, pytest.raises(WebhookError, match="it answered 401"):
            Webhook(receiver.url, b"another secret of sixteen", SWIFT).serve(batch, quiet)
        assert receiver.taken == {}

    def test_what_is_sent_verifies_and_what_was_altered_does_not(self, batch):
        with receiving() as receiver:
            serve(receiver, batch)
        _, headers, body = receiver.calls[0]
        signed = headers["xm-signature"]
        verify_signature(body, signed, SECRET)
        for place in (0, len(body) // 2, len(body) - 1):
            altered = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            with pytest.raises(SignatureError):
                verify_signature(altered, signed, SECRET)

    def test_an_old_one_is_refused(self):
        with pytest.raises(SignatureError, match="signed 301 seconds ago"):
            verify_signature(b"{}", sign(b"{}", SECRET, 1_000), SECRET, now=1_301)

    def test_bodies_are_the_same_every_time(self, batch):
        assert list(list_posts(batch)) == list(list_posts(batch))
        assert count_posts(batch) == 3


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.org/x",
            "http://10.0.0.1/x",
            "ftp://example.org/x",
            "example.org",
            "https://",
            "https://canary:pw@example.org/",
            "https://example.org/#canary",
            "https://example.org:99999/canary",
            "https://[::1/canary",
            "https://example.org/can ary",
        ],
    )
    def test_those_that_scores_must_not_go_to(self, url):
        with pytest.raises(InputError, match="--webhook") as found:
            Webhook(url, SECRET)
        assert "canary" not in str(found.value)

    @pytest.mark.parametrize("url", ["http://localhost:1/x", "http://127.0.0.1/", "http://[::1]:80/"])
    def test_this_machine_needs_no_tls(self, url):
        assert Webhook(url, SECRET).shown.startswith("http://")

    def test_path_and_question_are_not_shown_but_told_apart(self):
        one, other = (Webhook(f"https://example.org/{name}?key=canary", SECRET).shown for name in "ab")
        assert one != other
        assert "canary" not in one
        assert one.startswith("https://example.org (")


class TestSecret:
    def test_the_line_end_is_no_part_of_it(self, tmp_path):
        (tmp_path / "secret").write_bytes(SECRET + b"\n")
        assert read_secret(str(tmp_path / "secret")) == SECRET

    def test_a_short_one_is_refused_without_being_told(self, tmp_path):
        (tmp_path / "secret").write_bytes(b"canary")
        with pytest.raises(InputError, match="holds 6 bytes, fewer than 16; make one: openssl") as found:
            read_secret(str(tmp_path / "secret"))
        assert "canary" not in str(found.value)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(InputError, match="No such file"):
            read_secret(str(tmp_path / "none"))
