"""The laws of the features on many more inputs than every run can try, and more broken files."""

import inspect

import pytest

from tests.features import test_attributes, test_input_order, test_survey, test_time
from tests.features.calls import test_conversation, test_timing, test_tone
from tests.features.fold import test_fold_files
from tests.features.labels import test_spans
from tests.features.panes import test_roster
from tests.features.sources import test_corrections, test_honesty, test_links, test_streaming
from tests.features.text import test_corrections as test_text_corrections
from tests.features.text import test_duplicates, test_languages, test_redaction, test_review
from tests.features.usecase import test_model

pytestmark = pytest.mark.long

MODULES = (
    test_attributes,
    test_conversation,
    test_corrections,
    test_duplicates,
    test_fold_files,
    test_input_order,
    test_languages,
    test_links,
    test_model,
    test_redaction,
    test_review,
    test_roster,
    test_spans,
    test_streaming,
    test_survey,
    test_text_corrections,
    test_time,
    test_timing,
    test_tone,
)
LAWS = [thing for module in MODULES for thing in vars(module).values() if hasattr(thing, "at_length")]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_holds_for_many_inputs(law, tmp_path_factory):
    takes_folders = "tmp_path_factory" in inspect.signature(law).parameters
    law.at_length(**({"tmp_path_factory": tmp_path_factory} if takes_folders else {}))


@pytest.mark.parametrize("seed", range(20, 80))
def test_broken_files_end_in_one_line(tmp_path, seed):
    test_honesty.assert_broken_files_end_in_one_line(tmp_path, seed)


def test_every_file_has_its_laws():
    assert {law.__module__ for law in LAWS} == {module.__name__ for module in MODULES}
