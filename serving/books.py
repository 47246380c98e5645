"""What is kept of requests: audit log, record of predictions, counters; opened and closed as one."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from features.pseudonyms import Pseudonyms
from serving import metrics
from serving.access.roles import Actor
from serving.access.routes import ROUTES, is_page
from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail
from serving.audit.writer import AuditWriter
from serving.champions import Champion, Champions
from serving.governance import Governance, read_governance
from serving.health import HealthFiles, list_gauges
from serving.journal import Journal
from serving.limits import LoadFigures
from serving.metrics import Metrics, Sample
from serving.problems import ProblemError, refuse_single
from serving.schemas import ScoreAnswer, ScoreByIdAnswer, ScoreGroupsAnswer
from serving.settings import Settings
from training.scoring import IndividualLeave

LOG = logging.getLogger("xm_predict.audit")
_DEMAND_SECONDS = 5.0
_MOST_UNIT_LETTERS = 200
# What a model looks like is no secret kept from anybody in particular, and nor is a form to sign in; all else
# under /v1 and /reports is written down.
ACTIONS = {
    route: route.removeprefix("/v1/").removeprefix("/").replace("/{call_id}", "")
    for route, methods in ROUTES.items()
    if (route.startswith("/v1/") and not route.startswith("/v1/model"))
    or (is_page(route) and all(methods.values()))
}


class About(NamedTuple):
    """Say what a request was about, once that is known.

    Attributes
    ----------
    usecase, model_version
        Of the champion that answers.
    rows
        Rows, entities or people asked about.
    unit
        Cut or groups that are shown.
    """

    usecase: str = ""
    model_version: str = ""
    rows: int = 0
    unit: str = ""


_NOTHING = About()


class Books:
    """Keep what has to be kept of requests.

    Parameters
    ----------
    read_load
        Tells how busy the worker is.
    """

    def __init__(self, read_load: Callable[[], LoadFigures] = LoadFigures) -> None:
        self.metrics = Metrics()
        self._read_load = read_load
        self.governance: Governance | None = None
        self._audit: AuditWriter | None = None
        self._journal: Journal | None = None
        self._trail: Trail | None = None
        self._versions: dict[str, str] = {}
        self._health = HealthFiles(Settings.health)

    def begin(self, settings: Settings) -> None:
        """Open all of them.

        Raises
        ------
        InputError
            If the agreement or the secret of pseudonyms cannot be used: the service does not start then.
        """
        self.governance = None if settings.governance is None else read_governance(settings.governance)
        self.metrics = Metrics(settings.metrics)
        self._health = HealthFiles(settings.health)
        self._versions = {}
        self._trail = Trail(settings.audit)
        self._audit = AuditWriter(self._trail)
        self._begin_audit(self._trail, self._audit)
        self._journal = None
        if settings.journal is not None:
            pseudonyms = Pseudonyms.open(settings.pseudonym_key)
            self._journal = Journal(settings.journal, pseudonyms, settings.journal_days)
            self._journal.start()

    def end(self) -> None:
        """Write what waits and close all of them."""
        if self._audit is not None and self._trail is not None:
            self._audit.stop(Entry(action="stop"))
            LOG.info("audit log stands at line %d, head %s", *self._trail.head)
        if self._journal is not None:
            self._journal.stop()
        self.leave()

    def record(self, route: str, status: int, code: str, seconds: float, state: Mapping[str, Any]) -> None:
        """Count a request that was answered, and write it down if it is one of those.

        Parameters
        ----------
        route
            As it stands in the table of routes; ``-`` for all else.
        status
            Of the answer; 0 if the connection ended before one.
        code
            Of the problem; empty if there was none.
        state
            What was found out on the way: ``actor``, ``about``, ``purpose``, ``is_audited``.
        """
        self.metrics.count_request(route, status, seconds, code)
        action = ACTIONS.get(route)
        if action is None or self._audit is None:
            return
        actor: Actor | None = state.get("actor")
        if actor is None:
            self._audit.note_stranger(action, code or "aborted")
            return
        is_allowed = 0 < status < 400
        if not (is_allowed and state.get("is_audited")):
            about: About = state.get("about", _NOTHING)
            self._audit.note(
                _make_entry(
                    action, actor, about, state.get("purpose", ""), "" if is_allowed else code or "aborted"
                )
            )

    def note(self, action: str, actor: Actor | None, code: str = "") -> None:
        """Write down what somebody did that is no question to a model.

        Parameters
        ----------
        actor
            None for a stranger; strangers are counted.
        code
            Why it was refused; empty if it was not.
        """
        if self._audit is None:
            return
        if actor is None:
            self._audit.note_stranger(action, code)
        else:
            self._audit.note(_make_entry(action, actor, _NOTHING, "", code))

    async def permit(
        self, action: str, actor: Actor, champion: Champion, about: About, state: dict[str, Any]
    ) -> IndividualLeave | None:
        """Return leave to score single people at work; None for all others, who need none.

        The line of the audit log is on disk before this returns.

        Raises
        ------
        ProblemError
            403 without agreement, or where it does not cover the request; 503 if the audit log cannot be
            written.
        """
        if not champion.is_about_employees:
            return None
        if self.governance is None or self._audit is None:
            raise refuse_single()
        purpose = state["headers"].get("x-purpose", "")
        leave = self.governance.grant(about.usecase, actor.role, purpose, datetime.now(UTC).date())
        written = asyncio.wrap_future(self._audit.demand(_make_entry(action, actor, about, purpose, "")))
        try:
            await asyncio.wait_for(written, _DEMAND_SECONDS)
        except (AuditError, TimeoutError) as error:
            detail = "The audit log cannot be written, so single people at work are not scored."
            raise ProblemError(503, "audit_unavailable", detail, headers={"retry-after": "10"}) from error
        state["purpose"], state["is_audited"] = purpose, True
        return leave

    def take_scores(
        self, champion: Champion, answer: ScoreAnswer | ScoreByIdAnswer, rows: Sequence[Any] | None = None
    ) -> None:
        """Count scores of single rows and hand them to the record; people at work are not recorded singly."""
        n_unseen = sum(len(row.warnings) for row in answer.rows)
        self.metrics.count_rows(answer.usecase, len(answer.rows), n_unseen)
        if self._journal is not None and not champion.is_about_employees:
            self._journal.note(answer, rows)

    def take_groups(self, answer: ScoreGroupsAnswer, n_people: int) -> None:
        """Count scores of groups and hand them to the record."""
        self.metrics.count_rows(answer.usecase, n_people)
        if self._journal is not None:
            self._journal.note(answer)

    def take_turns(self, usecase: str, n_turns: int) -> None:
        """Count turns of calls; no record is kept of what was measured."""
        self.metrics.count(metrics.TURNS, "usecase", usecase, n_turns)

    def take_champions(self, champions: Champions) -> None:
        """Write down which models answer from now on."""
        for usecase in champions.names:
            champion = champions.get(usecase)
            version = "" if champion is None else champion.bundle.model_version
            if self._audit is not None and self._versions.get(usecase) != version:
                self._versions[usecase] = version
                self._audit.note(Entry(action="champion", usecase=usecase, model_version=version))

    def leave(self) -> None:
        """Leave the counters of this worker where others find them."""
        self.metrics.leave(self._total())

    def spell_metrics(self, champions: Champions) -> str:
        """Return the counters of all workers, which models answer, and what monitoring found. Blocks."""
        gauges: list[Sample] = [
            (metrics.CHAMPION, (("usecase", usecase), ("model_version", version)), 1.0)
            for usecase, version in sorted(self._versions.items())
        ]
        gauges += [
            (metrics.STALE, (), float(champions.is_stale)),
            (metrics.REFRESH_FAILURES, (), float(champions.refresh_failures)),
        ]
        gauges += list_gauges(self._health, sorted(self._versions))
        return self.metrics.write(gauges, self._total())

    def _begin_audit(self, trail: Trail, writer: AuditWriter) -> None:
        """Write the first line; our own log keeps the hash that later checks can be held against."""
        start = Entry(action="start")
        try:
            LOG.info("audit log stands at line %d, head %s", *trail.append([start], datetime.now(UTC)))
        except AuditError as error:
            LOG.error("THE AUDIT LOG CANNOT BE WRITTEN; single people at work are not scored: %s", error)  # noqa: TRY400 - one line says it
            writer.note(start)
        writer.start()

    def _total(self) -> dict[str, float]:
        """Return the counters that the threads keep, and how busy the worker is."""
        audit, journal, load = self._audit, self._journal, self._read_load()
        return {
            metrics.AUDIT_FAILURES: 0.0 if audit is None else audit.failures,
            metrics.AUDIT_LOST: 0.0 if audit is None else audit.n_lost,
            metrics.JOURNAL_DROPS: 0.0 if journal is None else journal.n_dropped,
            metrics.JOURNAL_FAILURES: 0.0 if journal is None else journal.failures,
            metrics.WORKING: load.working,
            metrics.WAITING: load.waiting,
            metrics.READING: load.reading,
            metrics.HELD_BYTES: load.held_bytes,
        }


def check_books(settings: Settings) -> None:
    """Demand that agreement and secret can be used, before anything is started; a first secret is drawn.

    Raises
    ------
    InputError
        If one of them cannot.
    """
    if settings.governance is not None:
        read_governance(settings.governance)
    if settings.journal is not None:
        Pseudonyms.open(settings.pseudonym_key)


def _make_entry(action: str, actor: Actor, about: About, purpose: str, code: str) -> Entry:
    """Return the line about a request."""
    return Entry(
        action=action,
        key=actor.key_id,
        role=actor.role,
        purpose=purpose,
        usecase=about.usecase,
        model_version=about.model_version,
        unit=about.unit[:_MOST_UNIT_LETTERS],
        count=about.rows,
        decision="denied" if code else "allowed",
        code=code,
    )
