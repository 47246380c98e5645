"""Dockerfile and compose file, read as text: no secret, no stranger, no root; every file named is there."""

import json
import re
import socket
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Any

import pytest
import yaml

from serving.settings import Settings
from tests.contracts.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "mlproject" / "requirements.txt").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("mlflow", "refresher", "service")
SECRET = re.compile(r"(password|secret|token|api_?key|credential)\w*[ ]*[:=][ ]*[^\s$]", re.IGNORECASE)
VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")
REMOTE = re.compile(r"https?://|git@|ftp:")


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile: its word and the rest, continued lines joined."""

    word: str
    rest: str


@dataclass(frozen=True)
class Stage:
    """One stage: what it starts from, its name, its instructions."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all_of(self, word: str) -> list[str]:
        return [one.rest for one in self.instructions if one.word == word]


FOLDERS = {
    "XM_CACHE",
    "XM_LATEST",
    "XM_KEYS",
    "XM_SESSIONS",
    "XM_CALLS",
    "XM_AUDIT",
    "XM_JOURNAL",
    "XM_PSEUDONYM_KEY_FILE",
}


def instructions_of(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    words = (line.strip().partition(" ") for line in joined.splitlines())
    return [Instruction(word.upper(), " ".join(rest.split())) for word, _, rest in words]


def stages_of(text: str) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    instructions: list[Instruction] = []
    base = name = ""
    for one in instructions_of(text):
        if one.word == "FROM":
            base, _, name = re.split(r"\s+(as)\s+", one.rest, flags=re.IGNORECASE)
            instructions = []
        instructions.append(one)
        stages[name] = Stage(base, name, tuple(instructions))
    return stages


STAGES = stages_of(DOCKERFILE)
RUNNING = ("registry", "refresher", "service")


def environment_of(name: str) -> dict[str, str]:
    """Return the variables of a stage and of those that it stands on."""
    stage = STAGES[name]
    below = environment_of(stage.base) if stage.base in STAGES else {}
    own = " ".join(stage.all_of("ENV"))
    return {**below, **dict(re.findall(r"(\w+)=(\S+)", own))}


def sources_of_copies(stage: Stage) -> list[str]:
    """Return what a stage takes out of the folder of the build."""
    copies = [rest.split() for rest in stage.all_of("COPY") if "--from=" not in rest]
    return [source for parts in copies for source in parts[:-1]]


def is_ignored(path: str) -> bool:
    """Tell whether .dockerignore keeps a file out of the build; the last line that fits counts."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            plain = pattern.removeprefix("!").rstrip("/")
            fits = fnmatch(path, plain) or path.startswith(f"{plain}/")
            fits = fits or (
                plain.startswith("**/") and any(fnmatch(part, plain[3:]) for part in path.split("/"))
            )
            ignored = (not pattern.startswith("!")) if fits else ignored
    return ignored


def test_every_stage_stands_on_the_same_slim_python_or_on_another_stage():
    strangers = {stage.base for stage in STAGES.values()} - set(STAGES)
    assert strangers == {"python:3.12-slim"}
    assert list(STAGES)[-1] == "service"


def test_nothing_is_fetched_by_address_and_no_secret_is_written_down():
    assert [one for one in instructions_of(DOCKERFILE) if one.word in {"ADD", "ARG"}] == []
    assert not any(REMOTE.search(one.rest) for one in instructions_of(DOCKERFILE))
    assert not SECRET.search(DOCKERFILE)
    assert not SECRET.search(VARIABLE.sub("$", COMPOSE_TEXT))


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_is_not_root_and_becomes_so_before_the_command(name):
    words = [one.word for one in STAGES[name].instructions]
    assert STAGES[name].all_of("USER") == ["xm"]
    assert "--uid 10001" in " ".join(STAGES["base"].all_of("RUN"))
    assert words.index("USER") < words.index("CMD")
    assert "RUN" not in words[words.index("USER") :]
    assert json.loads(STAGES[name].all_of("CMD")[0])[0] in {"python", "mlflow"}


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_has_neither_pip_nor_compiler_nor_source(name):
    assert STAGES[name].base == "base"
    assert not re.search(
        r"\b(gcc|build-essential|git|curl|python3-dev)\b", " ".join(STAGES["base"].all_of("RUN"))
    )
    assert "pip uninstall" in " ".join(STAGES["base"].all_of("RUN"))
    assert STAGES[name].all_of("RUN") == []
    assert all(rest.startswith("--from=") for rest in STAGES[name].all_of("COPY"))


def test_every_source_of_a_copy_is_there_and_let_through():
    sources = {source for stage in STAGES.values() for source in sources_of_copies(stage)}
    assert {"features/", "training/", "serving/", "pyproject.toml"} <= sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if is_ignored(source.rstrip("/"))] == []
    assert {
        re.search(r"--from=(\S+)", rest)[1]
        for stage in STAGES.values()
        for rest in stage.all_of("COPY")
        if "--from" in rest
    } <= set(STAGES)


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("serving/api.py", False),
        ("serving/__pycache__/api.cpython-312.pyc", True),
        ("mlproject/usecases/churn.yaml", False),
        (".env", True),
        (".git/config", True),
        ("xm-data/mlflow.db", True),
        ("tests/conftest.py", True),
    ],
)
def test_the_build_sees_the_product_alone(path, ignored):
    assert is_ignored(path) is ignored


def test_what_the_wheel_needs_is_copied():
    copied = sources_of_copies(STAGES["build"])
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    for needed in (*wheel["packages"], *wheel["force-include"], PROJECT["readme"], *PROJECT["license-files"]):
        assert {needed, *map(str, PurePath(needed).parents)} & {source.rstrip("/") for source in copied}


def test_installs_are_bound_by_the_lock_and_light():
    installs = [
        run
        for stage in STAGES.values()
        for run in stage.all_of("RUN")
        if " install " in run and "pip" in run.split(" install ")[0]
    ]
    assert len(installs) == 3
    assert all("--constraint constraints.txt" in run for run in installs)
    assert "[serve]" in installs[0]
    assert "[serve,registry]" in installs[1]
    assert "train" not in re.findall(r"\[([\w,]+)\]", " ".join(installs[:2]))


def test_the_health_check_asks_whether_the_process_lives():
    (check,) = STAGES["service"].all_of("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    assert "'/livez'" in command[2]
    compile(command[2], "HEALTHCHECK", "exec")


def test_the_health_check_fails_where_nobody_answers():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free_port = probe.getsockname()[1]
    command = json.loads(STAGES["service"].all_of("HEALTHCHECK")[0].partition("CMD ")[2])
    done = subprocess.run(
        [sys.executable, *command[1:]], env={"XM_PORT": str(free_port)}, capture_output=True, check=False
    )
    assert done.returncode == 1


def test_variables_of_the_image_are_settings_that_exist():
    known = set(Settings().to_environment()) | {"XM_KEYS"}
    named = {name for stage in STAGES for name in environment_of(stage) if name.startswith("XM_")}
    assert named <= known
    assert {"XM_HOST", "XM_CACHE", "XM_KEYS"} <= named


@pytest.mark.parametrize("name", RUNNING)
def test_writing_goes_to_volumes_and_to_the_temporary_folder(name):
    environment = environment_of(name)
    assert environment["HOME"] == "/tmp"
    assert environment["BENTOML_HOME"].startswith("/tmp/")
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert {environment[key].split("/")[1] for key in environment if key in FOLDERS} <= {"data"}


def test_every_folder_that_the_service_writes_is_named_by_the_image_and_lies_on_a_volume():
    environment = environment_of("service")
    written = FOLDERS - {"XM_CACHE", "XM_LATEST"}
    assert written <= set(environment)
    mounted = {text.split(":")[1] for text in SERVICES["service"]["volumes"] if not text.endswith(":ro")}
    homes = {"/".join(environment[name].split("/")[:3]) for name in written}
    assert homes == mounted


@pytest.mark.parametrize("name", RUNNING)
def test_nothing_phones_home(name):
    environment = environment_of(name)
    assert environment["BENTOML_DO_NOT_TRACK"] == "True"
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == environment["DO_NOT_TRACK"] == "true"


def test_compose_has_the_four_parts_each_with_a_health_check():
    assert set(SERVICES) == {*OURS, "postgres"}
    assert [name for name, part in SERVICES.items() if "healthcheck" not in part] == []


def test_images_have_versions():
    images = {name: part["image"] for name, part in SERVICES.items()}
    assert all(re.search(r":[\w.]+$", image) and not image.endswith(":latest") for image in images.values())
    assert {images[name].rpartition(":")[2] for name in OURS} == {PROJECT["version"]}
    assert f"xm-predict/service:{PROJECT['version']}" in DOCKERFILE


def test_what_compose_builds_is_a_stage():
    targets = {name: SERVICES[name]["build"]["target"] for name in OURS}
    assert targets == {"service": "service", "refresher": "refresher", "mlflow": "registry"}


def test_every_variable_is_demanded_with_words_and_none_has_a_default():
    used = VARIABLE.findall(COMPOSE_TEXT)
    assert {re.match(r"\$\{(\w+)", text)[1] for text in used} == {"POSTGRES_PASSWORD", "XM_HOSTS"}
    assert [text for text in used if not re.fullmatch(r"\$\{\w+:\?set \w+ to [^}]{20,}\}", text)] == []


def test_the_database_is_met_by_mlflow_alone_and_has_no_way_out():
    assert "ports" not in SERVICES["postgres"]
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert [name for name in SERVICES if "database" in SERVICES[name]["networks"]] == ["mlflow", "postgres"]


def test_the_service_meets_neither_registry_nor_database():
    assert SERVICES["service"]["networks"] == ["front"]
    assert [name for name in SERVICES if "front" in SERVICES[name]["networks"]] == ["service"]
    assert "MLFLOW_TRACKING_URI" not in SERVICES["service"]["environment"]


def test_ports_are_open_on_this_machine_alone():
    ports = [port for part in SERVICES.values() for port in part.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_runs_with_little(name):
    part = SERVICES[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert part["tmpfs"] == ["/tmp"]
    assert {"mem_limit", "pids_limit"} <= set(part)
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & set(part)


def test_volumes_are_declared_and_the_service_only_reads_the_cache():
    named = {volume.partition(":")[0] for part in SERVICES.values() for volume in part["volumes"]}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert "cache:/data/serving:ro" in SERVICES["service"]["volumes"]
    assert "cache:/data/serving" in SERVICES["refresher"]["volumes"]
    assert "keys:/data/keys" in SERVICES["service"]["volumes"]


def test_the_service_listens_on_all_addresses_only_behind_a_proxy():
    assert environment_of("service")["XM_HOST"] == "0.0.0.0"
    assert SERVICES["service"]["environment"]["XM_BEHIND_PROXY"] == "1"
    assert "XM_BEHIND_PROXY" not in environment_of("service")


def test_mlflow_is_asked_under_the_name_that_it_allows():
    uri = SERVICES["refresher"]["environment"]["MLFLOW_TRACKING_URI"]
    (allowed,) = [word for word in SERVICES["mlflow"]["command"] if word.startswith("--allowed-hosts=")]
    assert uri.removeprefix("http://") in allowed.partition("=")[2].split(",")


def test_scripts_of_health_checks_are_python():
    scripts = [
        part["healthcheck"]["test"][-1]
        for part in SERVICES.values()
        if "-c" in part["healthcheck"].get("test", ())
    ]
    assert len(scripts) == 2
    for script in scripts:
        compile(script, "healthcheck", "exec")


def test_the_notes_on_kubernetes_say_what_the_images_need():
    notes = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    workload, policy = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", notes, re.DOTALL))
    pod = workload["spec"]["template"]["spec"]
    service, refresher = pod["containers"]
    assert pod["securityContext"]["runAsUser"] == 10001
    probes = {name: service[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness", "startup")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "liveness": "/livez",
        "readiness": "/readyz",
        "startup": "/livez",
    }
    assert all(probe["httpHeaders"] == [{"name": "Host", "value": "localhost"}] for probe in probes.values())
    for container in (service, refresher):
        assert container["image"].endswith(f":{PROJECT['version']}")
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {"/tmp", environment_of(container["name"])["XM_CACHE"]} <= mounted
    assert "MLFLOW" not in str(service["env"])
    homes = [mount["mountPath"] for mount in service["volumeMounts"]]
    environment = environment_of("service")
    written = {name: environment[name] for name in FOLDERS - {"XM_LATEST"}}
    assert {name for name, path in written.items() if not path.startswith(tuple(homes))} == set()
    assert policy["kind"] == "NetworkPolicy"
    assert policy["spec"]["podSelector"]["matchLabels"] == workload["spec"]["template"]["metadata"]["labels"]


@pytest.mark.parametrize(
    "text",
    ["ENV DB_PASSWORD=hunter2", "POSTGRES_PASSWORD: hunter2", "api_key = abc", "MLFLOW_TRACKING_TOKEN=abc"],
)
def test_the_search_finds_a_secret(text):
    assert SECRET.search(text)


def test_the_reader_of_dockerfiles_reads():
    stages = stages_of("FROM a:1 AS x\n# no\nRUN one \\\n  && two\nFROM x as y\nCOPY --from=x /p /q\n")
    assert stages["x"].all_of("RUN") == ["one && two"]
    assert (stages["y"].base, stages["y"].all_of("COPY")) == ("x", ["--from=x /p /q"])
