"""What people see where there is no page for them: a sentence, what to do, a number for the log."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from serving.access.routes import find_scopes
from serving.books import About
from serving.pages.frame import Frame, answer_page, make_frame
from serving.problems import ProblemError

# Messages of the catalogue: what is wrong, and what to do; by code, else by status.
_SENTENCES: dict[str | int, tuple[str, str]] = {
    "scope_missing": ("This page is not for you.", "Your key has no right to it."),
    "usecase_not_allowed": ("This page is not for you.", "Your key is for other use cases."),
    "unit_not_allowed": ("This page is not for you.", "Your key is for other units."),
    "groups_only": ("This page is not for you.", "People at work are shown in groups, never singly."),
    "usecase_unknown": ("There is no such use case.", "The overview holds all there are."),
    "report_absent": ("There is no report yet.", "xm-predict report makes it; then this page is there."),
    "report_outdated": ("The report is older than the model.", "xm-predict report makes it again."),
    "report_unreadable": (
        "The report cannot be read at the moment.",
        "No earlier one takes its place by itself. The log of the service says why.",
    ),
    "wave_absent": ("There is no report on data of this day.", "The page of the report holds all days."),
    "models_changed": ("The models were changed meanwhile.", "Go back and look at them again."),
    "wish_waiting": ("Another change of this champion is waiting.", "Load the page again in a moment."),
    "unattended": (
        "Champions are changed on the command line here.",
        "xm-predict promote and xm-predict rollback do it.",
    ),
    "form": ("This form is too old.", "Load the page again and send it once more."),
    "origin": ("This was sent from a page of another site.", "Go to the page yourself."),
    "sessions_unwritable": ("Nobody can sign in at the moment.", "The log of the service says why."),
    "busy": ("There is more to do than can be done.", "Load the page again in a moment."),
    403: ("This page is not for you.", ""),
    404: ("There is no such page.", ""),
    405: ("There is no such page.", ""),
    422: ("This page cannot be shown as it was asked for.", "Go back and choose again."),
    500: ("Something went wrong here.", "It was written down."),
    503: ("This cannot be shown at the moment.", "Load the page again in a moment."),
}
_START = "/reports"
_OTHERWISE = ("This page cannot be shown.", "")


def list_messages() -> set[str]:
    """Return all sentences, which have to stand in the catalogue."""
    return {text for pair in (*_SENTENCES.values(), _OTHERWISE) for text in pair if text}


def show_problem(problem: ProblemError, scope: Scope) -> Response:
    """Return the page of a problem; who is not signed in is led to where one signs in, and back."""
    state = scope["state"]
    frame = state.get("frame") or make_frame(scope)
    if problem.code == "signed_out":
        back = frame.here() if scope["method"] == "GET" and frame.here() != _START else None
        return RedirectResponse(frame.link("/reports/sign-in", next=back), 303)
    sentence, remedy = _SENTENCES.get(problem.code) or _SENTENCES.get(problem.status, _OTHERWISE)
    response = answer_page(
        _forget(frame, scope),
        "live_problem.jinja",
        problem.status,
        sentence=sentence,
        remedy=remedy,
        instead=state.get("instead", ()),
        request_id=state["request_id"],
    )
    response.headers.update(problem.headers)
    return response


def _forget(frame: Frame, scope: Scope) -> Frame:
    """Return a frame without anything that was sent and not found to be right: no page repeats it."""
    about: About | None = scope["state"].get("about")
    lang = {name: text for name, text in frame.query.items() if name == "lang"}
    if about is None or find_scopes("GET", frame.path) is None:
        return replace(frame, path=_START, query=lang, is_shown=False)
    return replace(frame, query={"usecase": about.usecase, **lang}, is_shown=False)
