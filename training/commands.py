"""The verbs of the command line as a table: one place for names, parameters, defaults, help and examples.

A verb runs ``training.runs.<verb>.run``, with underscores for hyphens; the module is imported only when its
verb is called, since MLflow alone takes seconds to import.
"""

import argparse

from training.parameters import Parameter, Verb, make_parser, module_of
from training.rights import DEFAULT_FOLDER, VERBS_OF_RIGHTS

__all__ = ["DEFAULT_FOLDER", "VERBS", "build_parser", "module_of"]


_USECASE = Parameter("usecase", "the use-case file (YAML)")
_DATA = Parameter(
    "data", "folder that file names in the spec start from; the folder of the use-case file if empty", ""
)
_NAME = Parameter("name", "name of the use case, as its file says it")
_EXPECTS = Parameter(
    "expects", "only if the last change of champion has this number (entry); -1: whichever it has", "-1", int
)
_OUT = Parameter("out", "folder that everything is written to, and read from again", DEFAULT_FOLDER)
_BASELINE = Parameter("baseline", "id of the frozen baseline to refer to; the newest if empty", "")

VERBS: tuple[Verb, ...] = (
    Verb(
        "demo",
        "build an example company, train, report and score it over HTTP",
        "xm-predict demo --out xm-data",
        (
            _OUT,
            Parameter("customers", "how many customers the example company has", "4000", int),
            Parameter("employees", "how many employees it has", "2000", int),
        ),
        extras=("train", "serve"),
    ),
    Verb(
        "schema",
        "print the JSON schema of use-case files, for editors",
        "xm-predict schema > usecase.schema.json",
        extras=(),
    ),
    Verb(
        "check",
        "check a use-case file and its sources: contract, clocks, leakage; writes nothing",
        "xm-predict check --usecase churn.yaml --data exports/",
        (_USECASE, _DATA),
        is_entry_point=True,
    ),
    Verb(
        "build",
        "make the feature table: one honest row per entity and snapshot",
        "xm-predict build --usecase churn.yaml --data exports/ --out xm-data",
        (
            _USECASE,
            _DATA,
            Parameter(
                "engine",
                "local: this process; spark: logs in typed Parquet files are folded on a cluster",
                "local",
                choices=("local", "spark"),
            ),
            _OUT,
        ),
        is_entry_point=True,
    ),
    Verb(
        "train",
        "build, fit, evaluate, explain and register a model",
        "xm-predict train --usecase churn.yaml --data exports/",
        (
            _USECASE,
            _DATA,
            _OUT,
            Parameter("seed", "seed of every random choice", "7", int),
            Parameter(
                "tune",
                "how long to search for a better recipe: seconds (600) or trials (30trials); 0: not at all",
                "0",
            ),
            Parameter(
                "promote",
                "auto: champion if the gate lets it pass; never: challenger",
                "auto",
                choices=("auto", "never"),
            ),
            Parameter(
                "when",
                "always: train now; due: only if a rule of the use case (retrain) asks for it",
                "always",
                choices=("always", "due"),
            ),
        ),
        is_entry_point=True,
    ),
    Verb(
        "compare",
        "judge the challenger and the champion on the same rows that neither has learned from",
        "xm-predict compare --usecase churn.yaml --data exports/",
        (
            _USECASE,
            _DATA,
            Parameter("version", "number of the version to compare; 0: the challenger", "0", int),
            _OUT,
        ),
        is_entry_point=True,
    ),
    Verb(
        "promote",
        "make a registered version the champion, if the gate lets it pass",
        "xm-predict promote --name churn --version 3",
        (
            _NAME,
            Parameter("version", "number of the version in the registry", None, int),
            Parameter("force", "a reason to pass over what the gate refuses; it is kept", ""),
            _EXPECTS,
            _OUT,
        ),
        is_entry_point=True,
    ),
    Verb(
        "rollback",
        "go back to the champion before this one",
        "xm-predict rollback --name churn --reason 'complaints about the new scores'",
        (_NAME, Parameter("reason", "why; it is kept", ""), _EXPECTS, _OUT),
    ),
    Verb(
        "drivers",
        "show what goes with the outcome, as the champion sees it",
        "xm-predict drivers --name churn",
        (_NAME, _BASELINE, _OUT),
        is_entry_point=True,
    ),
    Verb(
        "report",
        "write the driver report of the champion in English and German",
        "xm-predict report --usecase churn.yaml --data exports/",
        (_USECASE, _DATA, _BASELINE, _OUT),
        is_entry_point=True,
    ),
    Verb(
        "monitor",
        "watch the champion: what comes in, what it says, how well it does; one sentence for each alert",
        "xm-predict monitor --usecase churn.yaml --data exports/",
        (_USECASE, _DATA, _BASELINE, _OUT),
        is_entry_point=True,
    ),
    Verb(
        "baseline",
        "freeze what is measured today, so that later results can refer to it; show or list what was frozen",
        "xm-predict baseline freeze --usecase churn.yaml --data exports/",
        (
            Parameter(
                "action",
                "freeze: build and keep levels, margins, response rates, sources and model figures; "
                "show: all of one baseline; list: all baselines",
                choices=("freeze", "show", "list"),
                is_positional=True,
            ),
            _USECASE,
            _DATA,
            Parameter("baseline", "id of the baseline to show; the newest if empty", ""),
            _OUT,
        ),
    ),
    Verb(
        "score",
        "score a file of feature rows, or the newest snapshot, with the champion; as a batch on schedule",
        "xm-predict score --name churn --rows new.csv --to scores.csv",
        (
            _NAME,
            Parameter(
                "rows", "CSV or Parquet with features; the newest snapshot of the last build if empty", ""
            ),
            Parameter(
                "latest",
                "yes, or no value: the newest snapshot as a batch that is kept, and never done twice",
                "no",
                choices=("yes", "no"),
                alone="yes",
            ),
            Parameter(
                "to",
                "file to write, .csv or .parquet (if empty scores.parquet); with --latest also "
                "postgresql://user@host:5432/database or sqlite:///file.db (if empty only the kept batch)",
                "",
            ),
            Parameter("table", "table of the database; xm_scores, of groups xm_group_scores if empty", ""),
            Parameter("webhook", "https address that gets the batch; customers only, with --latest", ""),
            Parameter("webhook-secret-file", "file with the secret that signs what the webhook gets", ""),
            Parameter("reasons", "how many reasons per row", "3", int),
            Parameter(
                "engine",
                "local: this process; spark: from Parquet into a new folder of Parquet, on a cluster",
                "local",
                choices=("local", "spark"),
            ),
            _OUT,
        ),
        is_entry_point=True,
    ),
    Verb(
        "actions",
        "plan an action, start it with a hold-out by lot, read out what it changed, keep the ledger",
        "xm-predict actions plan --usecase churn.yaml --lever resolution_time --who misses-goal --effect 3",
        (
            Parameter(
                "action",
                "plan: what can be shown, nothing is written; start: lots decide, the team gets its list; "
                "extend: people join who can take part today; read: what it changed, from today's data; "
                "list, show: the ledger; note: a remark or a cost; stop: end it",
                choices=("plan", "start", "extend", "read", "list", "show", "note", "stop"),
                is_positional=True,
            ),
            _USECASE,
            _DATA,
            Parameter("id", "extend, read, show, note, stop: id of the action, or its first letters", ""),
            Parameter("label", "start: what is done, for people", ""),
            Parameter("owner", "start: who answers for it", ""),
            Parameter("lever", "plan, start: the lever that it works on", ""),
            Parameter(
                "who",
                "plan, start: everybody, who misses the goal of the lever, or the worst forecasts",
                "everybody",
                choices=("everybody", "misses-goal", "riskiest"),
            ),
            Parameter("share", "plan, start: how large a part counts as riskiest", "0.2", float),
            Parameter("group", "plan, start: only a group of a cut, such as region=North", ""),
            Parameter(
                "horizon",
                "plan, start: in which horizon the outcome counts; that of reports if empty",
                "",
            ),
            Parameter(
                "effect",
                "plan, start: improvement that is expected: of the share in percentage points, of ratings in "
                "points of the mean answer",
                "0",
                float,
            ),
            Parameter(
                "hold-out", "plan, start: share that is held back; the smallest that is enough if empty", ""
            ),
            Parameter("no-hold-out-because", "start: why nobody is held back, with --hold-out 0", ""),
            Parameter("starts-on", "start: first day; today if empty", ""),
            Parameter("per-person-eur", "start: cost of each person treated", ""),
            Parameter("fixed-eur", "start: cost that does not depend on how many", ""),
            Parameter("text", "note, stop: what there is to say", ""),
            Parameter("eur", "note: a cost that was not declared", ""),
            Parameter("reached", "read: file with ids of those who were really reached, one per line", ""),
            _OUT,
        ),
    ),
    Verb(
        "explain-change",
        "say why a score is another one than before: changed features, a changed model, who came and went",
        "xm-predict explain-change --name churn --entity C000123 --from 2025-09-01 --to 2025-12-01",
        (
            _NAME,
            Parameter("entity", "id of who was scored; not where people at work are scored", ""),
            Parameter("group", "a group of a cut instead, such as department=Sales", ""),
            Parameter("from", "snapshot of the earlier score, such as 2025-09-01"),
            Parameter("to", "snapshot of the later score"),
            Parameter("from-version", "version that gave the earlier score; 0: the champion", "0", int),
            Parameter("to-version", "version that gave the later score; 0: the champion", "0", int),
            Parameter("horizon", "which horizon, such as 90d; that of reports if empty", ""),
            _OUT,
        ),
    ),
    Verb(
        "text",
        "fit what reads verbatims and calls anew, show it, or list the texts that deserve a look",
        "xm-predict text review --usecase churn.yaml --data exports/",
        (
            Parameter(
                "action",
                "fit: learn tone and topics anew, topics that go on keep their names; show: what reads "
                "each source; review: write the texts that are read with most doubt to a file to correct",
                choices=("fit", "show", "review"),
                is_positional=True,
            ),
            _USECASE,
            _DATA,
            _OUT,
        ),
    ),
    Verb(
        "explore",
        "describe, relate, compare, regress, cluster or pivot any table; tell waves and journeys",
        "xm-predict explore --ask relate --file survey.csv --columns csat --scales csat=1..5",
        (
            Parameter(
                "ask",
                "describe: what columns hold; relate: what goes with what; compare: a metric between groups; "
                "regress: several columns at once; cluster: rows that are alike; pivot: a cross table; "
                "waves: how survey figures of a whole use case moved; journey: its stages and best times",
                choices=("describe", "relate", "compare", "regress", "cluster", "pivot", "waves", "journey"),
            ),
            Parameter("file", "CSV or Parquet; how it is written is found out", ""),
            Parameter(
                "usecase", "a use-case file instead: its scales, missing codes and privacy are kept", ""
            ),
            Parameter("source", "which source of the use case; not for a flat table", ""),
            _DATA,
            Parameter(
                "columns", "what is asked of: targets, metrics, or all columns if empty; with commas", ""
            ),
            Parameter("by", "what they are held against: groups, or columns that explain; with commas", ""),
            Parameter(
                "person", "compare, regress: column that says whose row it is, where people have several", ""
            ),
            Parameter("positive", "regress: the value that counts as 1 of a target with two values", ""),
            Parameter("scales", "scales of ratings, such as csat=1..5,nps=0..10", ""),
            Parameter(
                "minimum-group", "fewest rows of a group that may be shown; 0: all are shown", "0", int
            ),
            _OUT,
        ),
    ),
    Verb(
        "keys",
        "say who may ask the service: make a key, list all, replace one, end one",
        "xm-predict keys create --role app --label 'call centre desk'",
        (
            Parameter(
                "action",
                "create: a new key, written to stdout this once; list: all without their secrets; "
                "rotate: a new key in the place of another; revoke: end one",
                choices=("create", "list", "rotate", "revoke"),
                is_positional=True,
            ),
            Parameter("role", "create: app, manager, analyst, data_scientist, admin or works_council", ""),
            Parameter("label", "create: whose key it is", ""),
            Parameter(
                "units", "create: what a manager may see, such as department=Sales,site=Bonn; or all", ""
            ),
            Parameter("usecases", "create: use cases that it is for, with commas; all if empty", ""),
            Parameter("scopes", "create: a part of the role's scopes, with commas; all if empty", ""),
            Parameter("days", "create: how long it is valid; 0: until it is revoked", "365", float),
            Parameter("key", "rotate, revoke: id of the key", ""),
            Parameter("overlap-hours", "rotate: how long the old key goes on", "24", float),
            _OUT,
        ),
        extras=("serve",),
    ),
    Verb(
        "audit",
        "check that nobody has changed the log of who asked the service what, or show its last lines",
        "xm-predict audit verify --head HASH",
        (
            Parameter(
                "action",
                "verify: every line is as it was written, and none is missing; show: the last lines",
                choices=("verify", "show"),
                is_positional=True,
            ),
            Parameter("folder", "folder of the log, if it is not that of --out or XM_AUDIT", ""),
            Parameter("head", "verify: hash that an earlier check gave; finds lines cut off at the end", ""),
            Parameter("after", "verify: hash of the last line of files that are kept elsewhere", ""),
            Parameter("last", "show: how many lines", "20", int),
            _OUT,
        ),
        extras=("serve",),
    ),
    Verb(
        "serve",
        "answer over HTTP on this machine with the champions of the registry",
        "xm-predict serve --port 3000",
        (_OUT, Parameter("port", "port on 127.0.0.1", "3000", int)),
        extras=("serve",),
    ),
    *VERBS_OF_RIGHTS,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, made from :data:`VERBS`."""
    return make_parser(VERBS)
