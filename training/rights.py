"""The verbs by which people get what is theirs, and by which those who check get what they ask for."""

from training.parameters import Parameter, Verb

DEFAULT_FOLDER = "xm-data"

_NAME = Parameter("name", "name of the use case, as its file says it")
_OUT = Parameter("out", "folder that everything is written to, and read from again", DEFAULT_FOLDER)
_PEOPLE = "id of the person; several with commas between, or @file with one per line"
_USECASE = Parameter("usecase", "the use-case file (YAML)")
_GOVERNANCE = Parameter(
    "governance", "governance.yaml, what was agreed on; that of XM_GOVERNANCE if empty", ""
)
_TO = Parameter("to", "folder for the pages in English and German", "papers")

VERBS_OF_RIGHTS: tuple[Verb, ...] = (
    Verb(
        "export",
        "write down everything that is kept about one person, for that person",
        "xm-predict export --name churn --entity C000123 --to c000123",
        (
            _NAME,
            Parameter("entity", "id of the person"),
            Parameter("to", "a .json file, or a folder: JSON and a page in English and German", "export"),
            _OUT,
        ),
    ),
    Verb(
        "erase",
        "take people out of everything that is kept, and keep them out of later builds",
        "xm-predict erase --name churn --entity C000123 --out xm-data",
        (_NAME, Parameter("entity", _PEOPLE), _OUT),
    ),
    Verb(
        "object",
        "say who objected to being scored; they get no score of their own from the next run on",
        "xm-predict object add --name churn --entity C000123",
        (
            Parameter(
                "action",
                "add: people who object; remove: people who no longer do; list: all, with the day",
                choices=("add", "remove", "list"),
                is_positional=True,
            ),
            _NAME,
            Parameter("entity", f"add, remove: {_PEOPLE}", ""),
            _OUT,
        ),
    ),
    Verb(
        "override",
        "write down that a person decided against a score, or list such decisions",
        "xm-predict override add --name churn --entity C000123 --by 'A. Kaya' --reason 'moves abroad anyway'",
        (
            Parameter(
                "action",
                "add: one decision; list: all, or those about one person",
                choices=("add", "list"),
                is_positional=True,
            ),
            _NAME,
            Parameter("entity", "id of whom the decision is about; list: all if empty", ""),
            Parameter("by", "add: who decided", ""),
            Parameter("reason", "add: why, in words; do not write the score into it", ""),
            _OUT,
        ),
    ),
    Verb(
        "retention",
        "remove what is older than a number of days; every removal is a line of the audit log",
        "xm-predict retention --days 400 --dry-run yes",
        (
            Parameter(
                "days", "how long things are kept; 0: what governance.yaml says of each kind", "0", int
            ),
            Parameter(
                "dry-run",
                "yes: say what would go, and remove nothing",
                "no",
                choices=("yes", "no"),
                alone="yes",
            ),
            Parameter(
                "override-floor", "a reason to keep the audit log for less than 183 days; it is recorded", ""
            ),
            _GOVERNANCE,
            _OUT,
        ),
    ),
    Verb(
        "notice",
        "write the notice for those whose data are used, in English and German",
        "xm-predict notice --usecase churn.yaml --governance governance.yaml --to notice",
        (_USECASE, _GOVERNANCE, _TO),
    ),
    Verb(
        "dpia",
        "write what a data protection impact assessment needs: flow of data, roles, risks, tests, model",
        "xm-predict dpia --usecase churn.yaml --governance governance.yaml --to dpia",
        (_USECASE, _GOVERNANCE, _TO, _OUT),
    ),
)
