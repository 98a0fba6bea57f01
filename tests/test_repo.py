"""Folders, compose file, manifests and documents must agree. No Docker."""

from __future__ import annotations

import itertools
import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.files.manifests import read_contract, read_manifests
from orchestrator.files.template import MARK
from orchestrator.model.blocks import (
    BEYOND_2019,
    COST_PROFILE,
    CROSSCHECK,
    DATABASE,
    GUARD,
    LOCUST_MASTER,
    LOCUST_WORKER,
    VALUES,
    WRK,
    WRK_COUNTER,
)
from orchestrator.model.catalogue import ALL, PURPOSES, SETS
from orchestrator.model.entry import ServiceSet
from orchestrator.model.together import REFERENCE
from orchestrator.profiles import PROFILES
from tests import service_tables

ROOT = Path(__file__).parent.parent
POSTGRES = "postgres"
FRAMEWORKS = sorted(
    path.name
    for path in (ROOT / "services").iterdir()
    if (path / "Dockerfile").is_file() and path.name != f"_{POSTGRES}"
)
MANIFESTS = read_manifests(ROOT / "services")
SERVICES = sorted(MANIFESTS)
WAYS = [name for name, one in MANIFESTS.items() if one.folder != one.framework]
WORKING = sorted(path.parent.name for path in (ROOT / "services").glob("*/work"))
LOCKED = [
    "_template",
    *(one.folder for one in MANIFESTS.values()),
    *(f"{name}/work" for name in WORKING),
]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.name: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / ".github" / "workflows").iterdir())
}
JOBS = [job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()]
PROPOSE = WORKFLOWS["update.yml"]["jobs"]["propose"]
STEPS = [step for job in JOBS for step in job["steps"]]
NOT_FRAMEWORKS = {
    LOCUST_MASTER,
    LOCUST_WORKER,
    GUARD,
    VALUES,
    WRK,
    WRK_COUNTER,
    REFERENCE,
    POSTGRES,
}
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()
DOCUMENTS = [name for name in TRACKED if re.fullmatch(r"(README|docs/\w+(-\w+)*)\.md", name)]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_nine_frameworks_of_2019_are_there() -> None:
    micro = {"aiohttp", "bottle", "flask", "japronto", "pyramid", "sanic", "starlette", "tornado"}
    assert micro | {"django"} <= set(SERVICES)


def test_folders_manifests_and_compose_blocks_are_the_same_services() -> None:
    assert sorted({one.framework for one in MANIFESTS.values()} | {"_template"}) == FRAMEWORKS
    assert sorted(set(COMPOSE["services"]) - NOT_FRAMEWORKS) == SERVICES


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_frameworks_folder_is_complete(framework: str) -> None:
    files = {path.name for path in (ROOT / "services" / framework).iterdir()}
    wanted = {"Dockerfile", "app.py", "requirements.in", "requirements.txt", "service.toml"}
    assert wanted <= files


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_all_frameworks_are_installed_in_the_same_way(framework: str) -> None:
    def install(name: str) -> list[str]:
        return re.findall(
            r"^(?:RUN|ENV|USER|EXPOSE) .*$", text(f"services/{name}/Dockerfile"), re.MULTILINE
        )

    found = install(framework)
    if framework in WORKING:
        (work,) = [line for line in found if line.startswith('RUN [ -z "$WORK" ] || ')]
        assert "--only-binary :all: --require-hashes -r work/requirements.txt" in work
        found = [line for line in found if line != work]
    found = [re.sub(r"(compileall .* app\.py) (work|orms)$", r"\1", line) for line in found]
    assert found == install("_template")
    assert any("--only-binary :all: --require-hashes" in line for line in found)


@pytest.mark.parametrize("service", WAYS)
def test_the_folder_of_a_way_to_serve_is_complete(service: str) -> None:
    files = {path.name for path in (ROOT / "services" / MANIFESTS[service].folder).iterdir()}
    assert files == {"requirements.in", "requirements.txt", "serve.sh", "service.toml"}


def test_docker_compose_up_leaves_out_what_only_an_experiment_needs() -> None:
    profiles = {name: block.get("profiles") for name, block in COMPOSE["services"].items()}
    beyond = {
        name: [BEYOND_2019] for name, one in MANIFESTS.items() if ServiceSet.OF_2019 not in one.sets
    }
    assert {name: of for name, of in profiles.items() if of} == beyond | {
        WRK: [CROSSCHECK],
        WRK_COUNTER: [CROSSCHECK],
        REFERENCE: [COST_PROFILE],
        POSTGRES: [DATABASE],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_compose_block_says_nothing_but_image_and_build(service: str) -> None:
    block = COMPOSE["services"][service]
    manifest = MANIFESTS[service]
    own = {key for key in block if block[key] != COMPOSE["x-server"].get(key)}
    assert own - {"profiles"} == {"image", "build"}
    assert block["image"] == f"weblab/{service}:${{LAB_TAG:-local}}"
    assert block["build"]["context"] == f"services/{manifest.framework}"
    _, _, way = manifest.folder.partition("/")
    assert block["build"]["args"].get("WAY", "") == way
    assert ("WORK" in block["build"]["args"]) is (manifest.framework in WORKING)


@pytest.mark.parametrize("service", [*LOCKED, "../loadgen"])
def test_requirements_are_pinned_with_hashes(service: str) -> None:
    lines = text(f"services/{service}/requirements.txt").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert [line for line in pins if not re.match(r"^[\w.\[\]-]+==\S+( ;.*)? \\$", line)] == []
    assert text(f"services/{service}/requirements.txt").count("--hash=sha256:") >= len(pins)
    without = service == "../loadgen" or service.endswith("/work")
    assert any(line.startswith("ujson==") for line in pins) or without


def test_readme_names_every_service_and_every_service_readme_row_exists() -> None:
    for manifest in MANIFESTS.values():
        assert manifest.name in text("README.md") or ServiceSet.OF_2019 not in manifest.sets
        assert manifest.name in text("services/README.md"), manifest.name


def test_the_tables_of_services_are_what_the_manifests_say() -> None:
    assert service_tables.with_tables(text("services/README.md"), MANIFESTS.values()) == text(
        "services/README.md"
    ), "run python -m tests.service_tables"


def test_the_documents_name_every_set() -> None:
    for name in SETS:
        assert f"SET={name}" in text("README.md") or f"`{name}`" in text("README.md"), name
        section = text("services/README.md").partition(f"### Set {name}\n")[2]
        said = " ".join(section.partition("\n#")[0].split()).lower()
        assert said.startswith(PURPOSES[name]) or name == ALL, name


def test_the_contract_in_words_is_the_contract_in_toml() -> None:
    for expected in read_contract(ROOT / "services").values():
        if expected.on_request:
            assert f"| `{expected.workload}` |" in text("services/README.md")
        else:
            assert expected.right.body.decode() in text("services/README.md")
            assert f"`{expected.request}`" in text("services/README.md")


@pytest.mark.parametrize("service", SERVICES)
def test_each_workload_is_answered_by_a_file_or_not_offered_for_a_reason(service: str) -> None:
    manifest = MANIFESTS[service]
    folder = ROOT / "services" / manifest.framework / "work"
    contract = read_contract(ROOT / "services").values()
    asked = {one.workload for one in contract if one.on_request and one.only is None}
    answered = {name for name in asked if (folder / f"{name}.py").is_file()}
    assert answered == asked - manifest.not_offered.keys()
    assert manifest.uses.keys() <= answered


ORMS = [name for name, one in MANIFESTS.items() if ServiceSet.ORM in one.sets]


@pytest.mark.parametrize("service", ORMS)
def test_each_orm_is_a_module_with_all_that_the_application_calls(service: str) -> None:
    (orm,) = re.findall(
        r"^export ORM=(\w+)$", text(f"services/{MANIFESTS[service].folder}/serve.sh"), re.MULTILINE
    )
    called = set(re.findall(r"\borm\.(\w+)\(", text("services/orm/app.py")))
    has = set(re.findall(r"^def (\w+)\(", text(f"services/orm/orms/{orm}.py"), re.MULTILINE))
    assert called <= has


def test_the_orms_application_has_a_path_for_each_of_its_workloads() -> None:
    contract = read_contract(ROOT / "services").values()
    asked = {one.request.path.partition("?")[0] for one in contract if one.only == ServiceSet.ORM}
    assert len(asked) == 6
    assert asked == set(re.findall(r'"(/orm/\w+)"', text("services/orm/app.py")))


def test_the_compose_file_has_the_mark_for_new_services() -> None:
    assert text("docker-compose.yml").count(MARK) == 1


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE))


def dry(*words: str) -> str:
    """The commands that make would carry out."""
    done = subprocess.run(
        ["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_every_target_that_measures_passes_the_chosen_python_on_or_refuses_it() -> None:
    asked = ("SINCE=x", "SERVICE=x", "BASE=x", "HEAD=x", "FILE=x", "PYTHON=3.12")
    for target in ("nanode", "crosscheck", "instructions", "images", "images-save", "images-load"):
        assert re.search(r"bin/lab .*--python 3\.12", dry(target, *asked)), target
    assert re.search(r"bin/lab run .*--python 3\.12", dry("bench", "PYTHON=3.12"))
    for target in ("ab", "judge"):
        refused = rf"^test -z '3\.12' \|\| .*make {target} takes no PYTHON=.*exit 2"
        assert re.search(refused, dry(target, *asked), re.MULTILINE), target


def test_make_targets_and_help_agree_with_the_documents() -> None:
    targets = make_targets()
    documents = text("CONTRIBUTING.md") + "".join(map(text, DOCUMENTS))
    mentioned = set(re.findall(r"`make (?:-s )?([a-z-]+)", documents))
    assert mentioned <= targets, mentioned - targets
    assert {"bench", "test", "check", "report", "doctor", "engine", "images", "new"} <= targets
    assert {"audit", "browser"} <= targets


def test_a_step_of_a_workflow_is_a_make_target() -> None:
    """A step that fails on GitHub can be run anywhere with the same command."""
    runs = {step["name"]: step["run"].strip() for step in STEPS if "run" in step}
    # These steps check GitHub's inputs, before any file of the checkout may be trusted.
    for only_on_github in ("Refuse malformed inputs", "Refuse commits that nobody has read"):
        assert "make" not in runs.pop(only_on_github).split()
    assert runs
    for name, run in runs.items():
        found = re.fullmatch(r"(?:exec )?make (?:-s )?([a-z-]+)( [^;&|`]*)?", run)
        assert found, name
        assert found[1] in make_targets(), name


def test_the_ci_document_names_every_step_and_input() -> None:
    for step in STEPS:
        if "run" in step:
            assert step["name"] in text("docs/ci.md"), step["name"]
    for name in WORKFLOWS["bench.yml"][True]["workflow_dispatch"]["inputs"]:  # YAML: `on` is true
        assert f"`{name}`" in text("docs/ci.md"), name


def test_an_action_is_pinned_by_commit_with_its_version_beside_it() -> None:
    pins: dict[str, set[str]] = {}
    for name in WORKFLOWS:
        for line in text(f".github/workflows/{name}").splitlines():
            if "uses:" in line:
                pin = r"\s+(?:- )?uses: ([\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)"
                found = re.fullmatch(pin, line)
                assert found, line
                pins.setdefault(found[1], set()).add(found[2])
    assert pins
    assert {action: pin for action, pin in pins.items() if len(pin) > 1} == {}


def test_a_workflow_may_read_and_nothing_else() -> None:
    """Only the job that proposes raised locks may write."""
    assert all(workflow["permissions"] == {} for workflow in WORKFLOWS.values())
    others = [job for job in JOBS if job is not PROPOSE]
    assert all(job["permissions"] == {"contents": "read"} for job in others)
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_job_that_may_write_runs_nothing_of_a_pull_request_or_a_new_release() -> None:
    assert PROPOSE["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert PROPOSE["runs-on"] == "ubuntu-24.04"
    update = WORKFLOWS["update.yml"]
    assert set(update[True]) == {"schedule", "workflow_dispatch"}
    jobs = update["jobs"]
    assert jobs["raise"]["if"] == "github.ref == 'refs/heads/main'"
    for name in ("judge", "propose"):  # a job that runs after a failure asks for the first one
        assert "raise" in jobs[name]["needs"]
        assert jobs[name]["if"] == "!cancelled() && needs.raise.result != 'skipped'"
    for step in PROPOSE["steps"]:  # targets without prerequisites install nothing
        if "run" in step:
            target = step["run"].split()[1]
            assert re.search(rf"^{target}: ## ", text("Makefile"), re.MULTILINE), target


def test_one_step_gets_a_token_and_no_command_has_it() -> None:
    given = [step["name"] for step in STEPS if re.search(r"github\.token|secrets\.", str(step))]
    assert given == ["Open or update the pull request"]
    (step,) = [step for step in STEPS if step["name"] == given[0]]
    assert step["env"] == {"GH_TOKEN": "${{ github.token }}"}
    assert step in PROPOSE["steps"]
    assert not re.search(r"\$\{?(GH_|GITHUB_)?TOKEN", text(".github/update_pull_request.sh"))


def test_files_of_other_jobs_are_kept_apart_from_the_checkout() -> None:
    """They come from jobs that ran code of new releases, so they must not replace a file here."""
    got = [s for s in STEPS if s.get("uses", "").startswith("actions/download-artifact@")]
    assert got
    assert {step["with"]["path"] for step in got} <= {"results/ci/raised", "results/ci/judged"}


def test_inputs_on_github_reach_no_script_as_code() -> None:
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_no_self_hosted_job_runs_a_forks_pull_request() -> None:
    assert all("pull_request_target" not in workflow[True] for workflow in WORKFLOWS.values())
    own = [job for job in JOBS if job["runs-on"] != "ubuntu-24.04"]
    assert [job["runs-on"] for job in own] == [["self-hosted", "nanode"]] * 2
    for workflow in WORKFLOWS.values():
        for job in workflow["jobs"].values() if "pull_request" in workflow[True] else ():
            if job in own:
                same = "github.event.pull_request.head.repo.full_name == github.repository"
                condition = f"github.event_name != 'pull_request' || ({same} && "
                assert job["if"].startswith(condition)
    for job in own:
        assert job["concurrency"]["group"] == "nanode"
        assert job["concurrency"]["cancel-in-progress"] is False


def test_after_a_refusal_nothing_of_the_checkout_runs() -> None:
    """A step with a condition of its own may run after a failure. It must ask what was reached."""
    steps = WORKFLOWS["bench.yml"]["jobs"]["bench"]["steps"]
    names = [step["name"] for step in steps]
    refuses = max(n for n, name in enumerate(names) if name.startswith("Refuse"))
    reached = {"judge", "measure"}  # they have no status function, so no failure comes before them
    for step in steps[refuses + 1 :]:
        condition = step["if"]
        if re.search(r"always\(\)|cancelled\(\)|failure\(\)", condition):
            asked = set(
                re.findall(r"steps\.(\w+)\.outcome (?:!= 'skipped'|== 'success')", condition)
            )
            assert asked, step["name"]
            assert asked <= reached, step["name"]
            assert "||" not in re.sub(r"\([^()]*\)", "", condition.replace("always()", ""))
        else:
            assert step.get("id") in reached, step["name"]
        reached |= {step["id"]} if "id" in step else set()


def test_only_the_nightly_job_reads_and_writes_the_history() -> None:
    steps = WORKFLOWS["bench.yml"]["jobs"]["bench"]["steps"]
    caches = [step for step in steps if step.get("uses", "").startswith("actions/cache/")]
    restore, save = caches
    assert restore["if"].startswith("github.event_name == 'schedule' && ")
    assert "steps.added.outcome == 'success'" in save["if"]  # added only after `restore`
    assert restore["with"]["path"] == save["with"]["path"]
    assert save["with"]["key"] == f"${{{{ steps.{restore['id']}.outputs.cache-primary-key }}}}"


def test_documents_name_every_profile() -> None:
    for name in PROFILES:
        assert f"`{name}`" in text("README.md"), name
        assert f"`{name}`" in text("docs/methodology.md"), name


def anchors(name: str) -> set[str]:
    """The headings of a document as GitHub links to them."""
    headings = re.findall(r"^#+ (.*)$", text(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_documents_are_valid() -> None:
    for name in TRACKED:
        if not name.endswith(".md") or name.startswith("tests/golden/"):
            continue
        for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text(name)):
            if "://" in target:
                continue
            path = (ROOT / name).parent.joinpath(target) if target else ROOT / name
            assert path.exists(), f"{name} -> {target}"
            if anchor:
                assert anchor in anchors(str(path.resolve().relative_to(ROOT))), (name, anchor)


def test_modules_that_documents_name_are_there() -> None:
    """Whoever moves one finds here what to mend; a change log names what was."""
    named = {
        (document, module)
        for document in TRACKED
        if document.endswith(".md") and document != "CHANGELOG.md"
        for module in re.findall(r"`([\w./-]+\.py)`", text(document))
    }
    assert named
    there = {f"/{name}" for name in TRACKED}
    gone = [pair for pair in named if not any(name.endswith(f"/{pair[1]}") for name in there)]
    assert gone == []


def test_tables_in_documents_are_those_of_committed_records() -> None:
    """Tables in documents are copies from a record. A number typed by hand fails here."""
    marked = r"<!-- table from (results/\S+\.md) -->\n(.*?)<!-- end -->"
    shown = {name: re.findall(marked, text(name), re.DOTALL) for name in DOCUMENTS}
    assert {name: len(found) for name, found in shown.items() if found} == {
        # Seven of five runs, two of costs, one of instructions, two of sizes, the article's, the
        # cross-check's.
        "docs/measured.md": 14,
        "docs/nanode.md": 1,
    }
    for source, tables in itertools.chain(*shown.values()):
        blocks = re.findall(r"(?:^\|.*\n)+", tables, re.MULTILINE)
        assert blocks
        for block in blocks:
            assert block in text(source)


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a Markdown table as dicts."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def test_the_readmes_table_is_an_excerpt_of_a_record() -> None:
    marked = r"<!-- excerpt from (results/\S+\.md) -->\n\n(.*?)\n\n*<!-- end -->"
    ((source, table),) = re.findall(marked, text("README.md"), re.DOTALL)
    served = {manifest.name: manifest.server for manifest in MANIFESTS.values()}
    whole = text(source).partition("Json: held at the best step")[2]
    (first, *_) = re.findall(r"(?:^\|.*\n)+", whole, re.MULTILINE)
    expected = [{**row, "Served by": served[row["Framework"]]} for row in rows(first)]
    assert rows(table) == [{key: row[key] for key in rows(table)[0]} for row in expected]


def test_no_document_has_the_same_heading_twice() -> None:
    for name in DOCUMENTS:
        headings = re.findall(r"^#+ .*$", text(name), re.MULTILINE)
        assert len(headings) == len(set(headings)), name


def test_the_readme_is_short() -> None:
    assert len(text("README.md").splitlines()) <= 150


def test_version_is_stated_once() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    from orchestrator import __version__

    assert project["version"] == __version__


def test_no_limit_is_repeated_outside_the_compose_file() -> None:
    """1 GiB, the CPU quota, processes and 999999 files stand only in docker-compose.yml, once."""
    limits = r"999_?999\b|1073741824|nano_cpus=|\b1g\b|pids_limit\W+1?\d"
    code = re.compile(r"(Makefile|Dockerfile|.*\.(py|sh|yml|toml|ini|cfg|conf)|\.ci/.*)")
    mine = [name for name in TRACKED if code.fullmatch(name) and not name.startswith("tests/")]
    assert {"orchestrator/setup/nofile.sh", "Makefile", "docker-compose.yml"} <= set(mine)
    found = [
        f"{name}: {line.strip()}"
        for name in mine
        for line in text(name).splitlines()
        if re.search(limits, line)
    ]
    assert [line.split(":")[0] for line in found] == ["docker-compose.yml"] * 4, found


def test_other_programs_are_called_only_in_one_place() -> None:
    """There every call has a time limit. Other places start and stop long-running programs."""
    started = {
        "orchestrator/adapters/command.py",
        "orchestrator/adapters/pipes.py",
        "orchestrator/adapters/private_engine.py",
        "orchestrator/adapters/small_host.py",
    }
    calls = r"subprocess\.(run|Popen|call|check_call|check_output|getoutput)\b|os\.(system|popen)\b"
    mine = [n for n in TRACKED if n.startswith("orchestrator/") and n.endswith(".py")]
    assert {name for name in mine if re.search(calls, text(name))} <= started


def test_unit_tests_stand_where_their_package_stands() -> None:
    """Each folder of unit tests is called like the package that it tests."""
    packages = {path.parent.name for path in (ROOT / "orchestrator").rglob("__init__.py")}
    others = {"loadgen", "setup", "data"}
    folders = {path.name for path in (ROOT / "tests/unit").iterdir() if path.is_dir()}
    assert folders - packages - others - {"__pycache__"} == set()


def layered(layers: Iterable[str]) -> list[set[str]]:
    """The names of each layer. Some names stand in brackets, which say that they are optional."""
    return [set(re.findall(r"[\w.]+", layer)) for layer in layers]


LINTED = {
    contract["containers"][0]: layered(contract["layers"])
    for contract in tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    if contract["type"] == "layers"
}


def drawn(heading: str) -> str:
    """The drawing below a heading of ARCHITECTURE.md."""
    return text("ARCHITECTURE.md").partition(f"## {heading}\n\n```\n")[2].partition("```")[0]


def test_the_architecture_has_the_layers_of_the_orchestrator() -> None:
    rows = drawn("Layers of the orchestrator").splitlines()
    assert layered(re.split(r"  +", row)[0] for row in rows) == LINTED["orchestrator"]


def test_the_architecture_has_the_layers_of_the_load_generator() -> None:
    """A package's own layers stand in indented lines below its name."""
    packages = re.split(r"\n(?! )", drawn("Layers of the load generator"))
    found = {}
    for package in filter(None, packages):
        name, below = re.match(r"\w+", package), package.partition("\n")[2]
        assert name is not None
        found[name[0]] = layered(below.split(">")) if below else []
    wire = found.pop("labwire")
    assert wire == LINTED["labwire"]
    assert {*found} == set[str]().union(*LINTED["labload"])
    of_packages = {name: LINTED[f"labload.{name}"] for name, layers in found.items() if layers}
    assert {name: layers for name, layers in found.items() if layers} == of_packages
    known = {name.partition(".")[2] for name in LINTED if name.startswith("labload.")}
    assert set(of_packages) == known
