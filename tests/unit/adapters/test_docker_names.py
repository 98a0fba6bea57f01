"""A container's name is that of a host, however long its service is called."""

from orchestrator.adapters.docker_names import LABEL_MOST, host_name

LONG = (
    "weblab-cost-2026-11-26-42a99d-" + "a-service-with-the-longest-name-that-a-folder-may-have-000"
)


def test_a_name_that_fits_stays() -> None:
    assert host_name("weblab-cost-2026-11-26-42a99d-flask") == "weblab-cost-2026-11-26-42a99d-flask"
    assert host_name("a" * LABEL_MOST) == "a" * LABEL_MOST


def test_a_long_name_is_cut_to_a_label_of_its_own() -> None:
    names = {host_name(f"{LONG}{end}") for end in range(100)}
    assert len(names) == 100
    assert {len(name) <= LABEL_MOST for name in names} == {True}
    assert all(name.startswith("weblab-cost-2026-11-26-42a99d-a-service") for name in names)


def test_no_label_has_two_hyphens_before_its_digest() -> None:
    cut = LABEL_MOST - 9
    name = host_name("a" * (cut - 1) + "-" + "b" * 20)
    assert name.startswith("a" * (cut - 1) + "-")
    assert "--" not in name
