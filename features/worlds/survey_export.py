"""The answers as a survey tool on a German Windows desktop exports them: three header rows, coded gaps."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.worlds.columns import moments, write_windows_csv
from features.worlds.contacts import Contacts
from features.worlds.export import ANSWERED
from features.worlds.surveys import SURVEYS, Answers, Invites, invite_ids
from features.worlds.verbatims import draw_tones, draw_topics, write_comments
from features.worlds.vocabulary import Floats, Seconds
from features.worlds.world import World

ZONE = ZoneInfo("Europe/Berlin")
MISSING = "-99"
HEADS = (
    (
        "response_id",
        "invite_id",
        "contact_id",
        "survey",
        "answered_at",
        "nps",
        "csat",
        "ces",
        "layout_rating",
        "fill_minutes",
        "comment",
    ),
    (
        "Antwort-Nr.",
        "Einladung",
        "Kontakt",
        "Umfrage",
        "Abgeschlossen am",
        "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?",
        "Wie zufrieden sind Sie insgesamt?",
        "Wie leicht war es, Hilfe zu bekommen?",
        "Wie gefällt Ihnen die Gestaltung dieser Umfrage?",
        "Dauer (Minuten)",
        "Was möchten Sie uns noch sagen?",
    ),
    tuple(
        f'{{"ImportId":"{name}"}}'
        for name in ("_id", "inv", "con", "srv", "end", "QID1", "QID2", "QID3", "QID4", "dur", "QID5")
    ),
)


def survey_table(world: World, contacts: Contacts, invites: Invites, answers: Answers) -> pa.Table:
    """Return the texts of the export, one row per answered questionnaire, in order of time.

    The last column holds the moment of the answer; the file does not.
    """
    random = world.stream("survey export")
    invite = answers.invite
    columns = (
        [f"A-{number:07d}" for number in range(1, invite.size + 1)],
        invite_ids(invite),
        contacts.id_of(invites.contact[invite]),
        [SURVEYS[0] if is_first else SURVEYS[1] for is_first in invites.is_relationship[invite].tolist()],
        _local_times(answers.answered),
        *(_ratings(each) for each in (answers.nps, answers.csat, answers.ces, answers.layout_rating)),
        [f"{minutes:.1f}".replace(".", ",") for minutes in 0.4 + random.gamma(2.0, 1.3, invite.size)],
        _comments(world, invites, answers),
    )
    named = {
        name: pa.array(list(column), pa.string()) for name, column in zip(HEADS[0], columns, strict=True)
    }
    return pa.table({**named, ANSWERED: moments(answers.answered)})


def write_survey_export(answers: pa.Table, path: Path) -> None:
    """Write the file as the survey tool does."""
    columns = (answers.column(name).to_pylist() for name in HEADS[0])
    write_windows_csv(HEADS, list(zip(*columns, strict=True)), path)


def _local_times(seconds: Seconds) -> list[str]:
    """Return moments as local time in Berlin, the way the export shows them."""
    local = pc.strftime(moments(seconds).cast(pa.timestamp("s", tz=str(ZONE))), format="%d.%m.%Y %H:%M")
    return [str(each) for each in local.to_pylist()]


def _ratings(each: Floats) -> list[str]:
    """Return whole ratings as text; not asked and not answered are both coded."""
    return [MISSING if np.isnan(rating) else str(int(rating)) for rating in each.tolist()]


def _comments(world: World, invites: Invites, answers: Answers) -> list[str]:
    """Write the comments of all answers."""
    random = world.stream("comments")
    customer, month = invites.customer[answers.invite], world.period.month_of(answers.answered)
    experience = world.experience
    tones = draw_tones(answers.mood, answers.is_intending, random)
    topics = draw_topics(
        tones, experience.resolution[customer, month], experience.late_share[customer, month], random
    )
    return write_comments(world.customers.language[customer], topics, tones, random)
