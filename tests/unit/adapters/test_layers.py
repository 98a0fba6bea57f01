"""The Dockerfile of a variant's layers."""

from __future__ import annotations

from orchestrator.adapters.layers import dockerfile


def test_all_layers_in_order_and_the_user_of_the_image_at_the_end() -> None:
    text = dockerfile(
        "weblab/flask:x",
        "10001:10001",
        pins=("flask==3.0.3", "werkzeug==3.0.1"),
        source="blinker-1.9-py3-none-any.whl",
        valgrind=True,
    )
    assert text.splitlines() == [
        "FROM weblab/flask:x",
        "USER 0:0",
        "RUN apt-get update && apt-get install -y --no-install-recommends valgrind "
        "&& rm -rf /var/lib/apt/lists/*",
        'RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--only-binary=:all:", '
        '"flask==3.0.3", "werkzeug==3.0.1"]',
        "COPY source /opt/weblab-source",
        'RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--no-deps", '
        '"--force-reinstall", "/opt/weblab-source/blinker-1.9-py3-none-any.whl"]',
        'RUN ["python", "-m", "pip", "check"]',
        "USER 10001:10001",
    ]


def test_a_folder_is_installed_as_it_is() -> None:
    assert '"--force-reinstall", "/opt/weblab-source"]' in dockerfile("a", "", source=".")


def test_an_image_of_root_stays_one_of_root() -> None:
    lines = dockerfile("a", "", pins=("flask==3.0.3",)).splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 0:0"]


def test_valgrind_alone_needs_no_pip() -> None:
    assert "pip" not in dockerfile("a", "1", valgrind=True)
