"""Why a lock cannot be installed, from what pip printed inside real builds."""

import pytest

from orchestrator.adapters.pip_said import not_installable

BUILDKIT = """\
#8 [starlette 4/6] RUN python -m pip install --only-binary :all: --require-hashes ...
#8 0.480 Collecting python-dotenv==1.2.4 (from -r requirements.txt (line 141))
#8 0.499 ERROR: Could not find a version that satisfies the requirement pyyaml==6.0.3 (from \
versions: 6.0.4)
#8 0.499 ERROR: No matching distribution found for pyyaml==6.0.3
#8 ERROR: executor failed running [/bin/sh -c python -m pip install ...]: exit code: 1
"""
CLASSIC = """\
 ---> Running in 1fbda75a6caa
\x1b[91mERROR: Could not find a version that satisfies the requirement japronto==0.1.2 (from \
versions: none)
\x1b[0m\x1b[91mERROR: No matching distribution found for japronto==0.1.2
\x1b[0mThe command '/bin/sh -c python -m pip install ...' returned a non-zero code: 1
"""
NOT_LOCKED = """\
Collecting typing_extensions>=4.4 (from aiohttp==3.14.5->-r requirements.txt (line 7))
{0}ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==. \
These do not:
{0}    typing_extensions>=4.4 from https://index.example/typing_extensions-4.16.0-py3-none-any.whl \
(from aiohttp==3.14.5->-r requirements.txt (line 7))
"""


@pytest.mark.parametrize(
    ("said", "package"), [(BUILDKIT, "pyyaml 6.0.3"), (CLASSIC, "japronto 0.1.2")]
)
def test_a_package_without_a_wheel_is_named_with_its_version(said: str, package: str) -> None:
    assert not_installable(said, "x", "3.15") == (
        f"no wheel of {package} for CPython 3.15: the lock of x cannot be installed on it"
    )


def test_without_a_chosen_python_it_is_the_services_own() -> None:
    assert not_installable(CLASSIC, "japronto").startswith(
        "no wheel of japronto 0.1.2 for this Python"
    )


@pytest.mark.parametrize("prefix", ["", "#8 0.540 "])
def test_a_package_that_the_lock_lacks_is_named(prefix: str) -> None:
    assert not_installable(NOT_LOCKED.format(prefix), "aiohttp", "3.12") == (
        "the lock of aiohttp has no typing_extensions, which it needs on CPython 3.12: make the "
        "lock again for this version (its first lines say how)"
    )


@pytest.mark.parametrize(
    "said",
    [
        "",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "failed to solve: no space left on device",
        "WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by "
        f"'NewConnectionError': /simple/japronto/\n{CLASSIC}",
    ],
)
def test_other_failures_are_not_blamed_on_the_python(said: str) -> None:
    """An index that does not answer makes pip say that there is no distribution, too."""
    assert not_installable(said, "japronto", "3.12") == ""
