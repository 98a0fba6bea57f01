"""Somebody's own application: its file, and the checkout in which it is the only service."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from labwire.contract import read_contract, workloads
from orchestrator.app.catalogue import catalogue, names
from orchestrator.app.own import init
from orchestrator.cli import main
from orchestrator.errors import UsageError
from orchestrator.files.checkout import ROOT
from orchestrator.files.own_file import read_own
from orchestrator.files.own_root import CONTEXT, checkout_of, origin_of, own_root
from orchestrator.files.toml_text import toml_text
from orchestrator.model.own_app import FILE

SHOP = """\
name = "shop"
title = "The shop"
port = 8080
command = ["python", "app.py"]
writable = ["/app/cache"]
ready_within = 5

[build]
dockerfile = "docker/Dockerfile"
args = { MODE = "fast" }

[environment]
SECRET = "a$b"

[companions]
compose = "compose.yml"
services = ["db"]

[workloads.home]
path = "/"
status = 200
any_body = true

[workloads.shop.values]
id = { first = 1, last = 10 }

[[workloads.shop.mix]]
path = "/items/${id}"
status = 200
content_type = "application/json"
json = '{"id": ${id}}'
"""
DB: Mapping[str, Any] = {
    "image": "postgres:17",
    "environment": {"POSTGRES_PASSWORD": "x"},
    "healthcheck": {"test": ["CMD", "pg_isready"]},
    "volumes": [{"type": "volume", "source": "data", "target": "/var/lib/postgresql/data"}],
    "tmpfs": ["/var/cache/db:size=1m"],
    "ports": [{"target": 5432}],
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "docker").mkdir(parents=True)
    (folder / "docker" / "Dockerfile").write_text("FROM scratch\n")
    (folder / "lab-results").mkdir()
    (folder / FILE).write_text(SHOP)
    return folder


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def made(shop: Path, tmp_path: Path) -> Path:
    """The checkout, made from a copy of what the lab's own has."""
    checkout = tmp_path / "lab"
    checkout.mkdir(exist_ok=True)
    for name in ("docker-compose.yml", ".dockerignore", "loadgen", "orchestrator", "results"):
        if not (checkout / name).exists():
            (checkout / name).symlink_to(ROOT / name)
    return own_root(
        checkout, tmp_path / "root", read_own(shop), {"db": DB}, "its folder is at commit abc"
    )


def test_the_application_is_the_only_service(shop: Path, tmp_path: Path) -> None:
    before = content(shop)
    root = made(shop, tmp_path)
    there = names(root)
    assert (there.services, there.workloads) == (("shop",), ("home", "shop"))
    known = catalogue(root)
    assert known.manifests["shop"].name == "The shop"
    assert known.manifests["shop"].unsaid
    assert known.manifests["shop"].notes == ("its folder is at commit abc",)
    assert known.contract["shop"].mix is not None
    assert origin_of(root / "services", "shop") == shop.resolve()
    assert content(shop) == before


def test_its_container_has_the_labs_limits_and_what_the_file_says(
    shop: Path, tmp_path: Path
) -> None:
    root = made(shop, tmp_path)
    blocks = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    own = blocks["shop"]
    assert own["build"] == {
        "context": str(root / CONTEXT),
        "dockerfile": "docker/Dockerfile",
        "args": {"MODE": "fast"},
    }
    assert (own["read_only"], own["user"], own["cpus"]) == (True, "10001:10001", 1)
    assert own["labels"] == {
        "weblab.role": "server",
        "weblab.port": "8080",
        "weblab.ready": "5.0",
    }
    assert own["environment"] == {"SECRET": "a$$b"}
    assert own["tmpfs"] == ["/tmp:size=64m,mode=1777", "/app/cache:size=64m,mode=1777"]
    assert own["depends_on"]["db"] == {"condition": "service_healthy"}
    assert "flask" not in blocks
    assert "locust" in blocks


def test_its_companion_keeps_its_data_in_memory_and_publishes_no_port(
    shop: Path, tmp_path: Path
) -> None:
    root = made(shop, tmp_path)
    block = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]["db"]
    assert block["image"] == "postgres:17"
    owned = "size=512m,mode=1777,uid=10001,gid=10001"
    assert f"/var/lib/postgresql/data:{owned}" in block["tmpfs"]
    assert f"/var/cache/db:{owned}" in block["tmpfs"]
    assert block["labels"] == {"weblab.role": "companion"}
    assert not block.keys() & {"volumes", "ports"}


def test_earlier_results_are_no_part_of_the_image(shop: Path, tmp_path: Path) -> None:
    (shop / "lab-results" / "run.json").write_text("{}")
    root = made(shop, tmp_path)
    assert not (root / CONTEXT / "lab-results").exists()
    assert (root / CONTEXT / "docker" / "Dockerfile").is_file()


def test_the_contract_says_the_same_as_the_file(shop: Path, tmp_path: Path) -> None:
    root = made(shop, tmp_path)
    found = read_contract(root / "services" / "contract.toml")
    assert found["home"].request.path == "/"
    assert len(found["shop"].exchanges) == 2000


def test_every_request_has_the_common_headers_unless_it_has_its_own(shop: Path) -> None:
    common = '[headers]\nHost = "localhost"\nX-Key = "a"\n\n[workloads.home]\n'
    own = '[[workloads.shop.mix]]\nheaders = { host = "shop", X-Mine = "b" }\n'
    text = SHOP.replace("[workloads.home]\n", common).replace("[[workloads.shop.mix]]\n", own)
    (shop / FILE).write_text(text)
    found = workloads(shop / FILE, read_own(shop).workloads)
    assert found["home"].request.headers == (("Host", "localhost"), ("X-Key", "a"))
    assert found["shop"].request.headers == (("X-Key", "a"), ("host", "shop"), ("X-Mine", "b"))
    wrong = "[headers]\nHost = 1\n[workloads.home]"
    (shop / FILE).write_text(SHOP.replace("[workloads.home]", wrong))
    with pytest.raises(UsageError, match=r'lab.toml:19: headers\["Host"\] = 1: give one line'):
        read_own(shop)


def test_a_name_that_the_lab_needs_is_refused(shop: Path, tmp_path: Path) -> None:
    (shop / FILE).write_text(SHOP.replace('"shop"', '"locust-worker"', 1))
    with pytest.raises(UsageError, match="locust-worker: the lab has a container of this name"):
        made(shop, tmp_path)


def test_everything_wrong_in_the_file_is_told_together_with_its_line(shop: Path) -> None:
    (shop / FILE).write_text(
        """\
name = "Shop"
port = 10000
imagee = "x"
[build]
dockerfile = "../Dockerfile"
[companions]
services = []
[workloads.home]
path = "home"
[[workloads.shop.mix]]
path = "/${id}"
status = 200
any_body = true
"""
    )
    with pytest.raises(UsageError) as error:
        read_own(shop)
    told = "\n".join(error.value.problems).replace(f"{shop}/", "")
    for words in (
        'lab.toml:1: name = "Shop": give lower-case letters',
        "lab.toml:2: port = 10000: give a port from 1 to 9999",
        'lab.toml:3: unknown key "imagee"',
        'lab.toml:5: [build] dockerfile = "../Dockerfile": give a path inside the folder',
        "lab.toml: [companions] no compose",
        "lab.toml:7: [companions] services = []: give a list of 1 to 10 services",
        'lab.toml:9: [workloads.home] path = "home": give a path that begins with /',
        "[workloads.home] no status",
        "[workloads.home] no body: say how an answer is judged",
        "[workloads.shop.mix 1] path: there is no value 'id'",
    ):
        assert words in told


def test_without_a_dockerfile_it_needs_an_image(shop: Path) -> None:
    (shop / "docker" / "Dockerfile").unlink()
    with pytest.raises(UsageError, match=r"there is no docker/Dockerfile in \.; name it by"):
        read_own(shop)
    (shop / FILE).write_text(
        'name = "shop"\nimage = "shop:1"\n'
        '[workloads.home]\npath = "/"\nstatus = 200\nany_body = true\n'
    )
    app = read_own(shop)
    assert (app.image, app.build, app.title, app.port) == ("shop:1", None, "shop", 8000)


def test_init_writes_a_file_that_is_right_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM x\nEXPOSE 5000\n")
    (folder / "compose.yml").write_text("services: {}\n")
    assert any("lab verify --app" in line for line in init(folder))
    app = read_own(folder)
    assert (app.name, app.port, list(app.workloads)) == ("my-shop", 5000, ["home"])
    assert 'compose = "compose.yml"' in (folder / FILE).read_text()
    with pytest.raises(UsageError, match="there is one already"):
        init(folder)


def test_init_says_what_to_do_without_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    told = "\n".join(init(tmp_path))
    assert f"There is no Dockerfile in {tmp_path}: write one, or give an image" in told
    (tmp_path / FILE).unlink()
    (tmp_path / "backend" / "Dockerfile").write_text("FROM x\n")
    assert 'replace image by build = { context = "backend" }' in "\n".join(init(tmp_path))


def test_what_init_shows_as_comments_is_right_as_well(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    init(tmp_path)
    lines = (tmp_path / FILE).read_text().split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("# [workloads.shop"))
    told = lines[:begin] + [line.removeprefix("# ") for line in lines[begin:]]
    (tmp_path / FILE).write_text("\n".join(told))
    assert list(read_own(tmp_path).workloads) == ["home", "shop"]


def test_an_application_takes_the_place_of_services(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "flask", "--app", str(shop)]) == 2
    assert "--app takes the place of services" in capsys.readouterr().err


def test_a_folder_without_the_file_says_how_to_get_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--app", str(tmp_path)]) == 2
    assert f"`lab init {tmp_path}` writes one" in capsys.readouterr().err


def test_tables_are_written_as_toml() -> None:
    tables = {"a-b": {"text": 'x"\n\x7fé', "number": 1, "list": [{"k": [True, 2]}], "no": {}}}
    assert tomllib.loads(toml_text(tables)) == tables


def test_odd_characters_reach_the_container_and_the_manifest(shop: Path, tmp_path: Path) -> None:
    odd = "🛒 \x7f\x85\ufeff\"'é"
    (shop / FILE).write_text(
        SHOP.replace("a$b", "a$b🛒 \\u007f\\u0085\\ufeff\\\"'é").replace("The shop", "Shop 🛒")
    )
    root = made(shop, tmp_path)
    assert catalogue(root).manifests["shop"].name == "Shop 🛒"
    blocks = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    assert blocks["shop"]["environment"] == {"SECRET": f"a$$b{odd}"}


def test_a_companion_is_built_from_a_copy_under_a_name_of_the_labs(
    shop: Path, tmp_path: Path
) -> None:
    (shop / "db").mkdir()
    (shop / "db" / "Dockerfile").write_text("FROM scratch\n")
    made(shop, tmp_path)
    db = {**DB, "build": {"context": str(shop / "db"), "args": {"A": "b"}}}
    root = tmp_path / "again"
    own_root(tmp_path / "lab", root, read_own(shop), {"db": db}, "")
    block = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]["db"]
    assert block["image"] == "weblab-app/db:local"
    assert block["build"] == {"context": str(root / "companions" / "db"), "args": {"A": "b"}}
    assert (root / "companions" / "db" / "Dockerfile").is_file()


def test_pipes_and_the_file_itself_are_no_part_of_the_image(shop: Path, tmp_path: Path) -> None:
    os.mkfifo(shop / "pipe")
    root = made(shop, tmp_path)
    assert not (root / CONTEXT / "pipe").exists()
    assert not (root / CONTEXT / FILE).exists()


def test_the_labs_own_checkout_is_known_from_an_applications(tmp_path: Path) -> None:
    assert checkout_of(tmp_path / ".lab" / "apps" / "x") == tmp_path
    assert checkout_of(tmp_path / "lab") == tmp_path / "lab"


def test_the_python_of_an_application_is_its_own(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--app", str(shop), "--python", "3.12"]) == 2
    assert "an application's own Dockerfile says" in capsys.readouterr().err
