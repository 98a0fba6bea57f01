"""The version of what host and image say to each other: settings in, events out."""

VERSION = 2
"""To be raised when a type of `settings` or `events` changes, or what a member of it means.
1: before settings had a version."""
REBUILD = "rebuild the image of the load generator: `make images`, or `docker compose build locust`"


class VersionError(ValueError):
    """The other side is of another version of the lab."""

    def __init__(self, whose: str, theirs: object) -> None:
        said = f"version {theirs}" if type(theirs) is int else "no version"
        super().__init__(
            f"{whose} names {said} of the lab's protocol, which has version {VERSION} here: "
            f"{REBUILD}"
        )


def check_version(whose: str, theirs: object) -> None:
    """Raises VersionError if this is another version.

    Args:
        whose: the other side, at the beginning of a sentence.
    """
    if type(theirs) is not int or theirs != VERSION:
        raise VersionError(whose, theirs)
