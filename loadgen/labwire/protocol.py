"""The version of the protocol between host and image: settings in, events out."""

VERSION = 6
"""Raise it when one of these changes: a type in `settings`, `events`, `command` or `slices`, the
meaning of one of its members, the name of an event, command, answer, phase or kind of failure, the
histograms' bounds. Version 1 was before settings carried a version, version 2 before `command` and
`slices`, version 3 before `Failed` named the server, version 4 before `Aim` took 64 servers,
version 5 before a step told how much of the server's CPU was used."""
REBUILD = "rebuild the image of the load generator: `make images`, or `docker compose build locust`"


class VersionError(ValueError):
    """The other side uses another version of the protocol."""

    def __init__(self, whose: str, theirs: object) -> None:
        said = f"version {theirs}" if type(theirs) is int else "no version"
        super().__init__(
            f"{whose} names {said} of the lab's protocol, which has version {VERSION} here: "
            f"{REBUILD}"
        )


def check_version(whose: str, theirs: object) -> None:
    """Raises VersionError unless `theirs` is this version.

    Args:
        whose: the other side; it begins the message.
    """
    if type(theirs) is not int or theirs != VERSION:
        raise VersionError(whose, theirs)
