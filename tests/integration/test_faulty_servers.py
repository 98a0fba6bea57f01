"""Each fault of a server has its own kind of failure, and both ends count the same number."""

import asyncio
import socket
import struct

import pytest

from tests.integration.harness import BODY, CountingServer, answer, check_counts, failures, run

FAULTS = 30


class FaultyServer(CountingServer):
    """Makes its fault at every second request from the hundredth on, a fixed number of times.

    So all faulty requests have ended before the trial does, and the counts must be equal.
    """

    often = FAULTS

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        """Make the fault, or answer."""
        if self.requests < 100 or self.requests % 2 or self.faults == self.often:
            return await super().reply(writer)
        self.faults += 1
        return await self.fault(writer)

    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        """Make the fault, and return whether the connection stays open."""
        raise NotImplementedError


class Resets(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False


class Closes(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        return False


class SendsHalf(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer()[: -len(BODY) // 2])
        return False


class SendsHalfAHeader(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer()[:20])
        return False


class SaysOtherwise(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer(body=BODY.replace(b"1", b"2", 1)))
        return True


class BreaksTheProtocol(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer().replace(b"Content-Length: ", b"Content-Length: +"))
        return True


class SwitchesProtocols(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer("101 Switching Protocols", extra="Upgrade: x\r\n", body=b""))
        return True


class Breaks(FaultyServer):
    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer("500 Internal Server Error"))
        return True


class Hangs(FaultyServer):
    often = 5

    async def fault(self, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(30)  # the client gives up after a second
        return False


@pytest.mark.parametrize(
    ("client", "server", "kind"),
    [
        ("engine", Resets, "reset"),
        ("engine", Closes, "eof"),
        ("engine", SendsHalf, "eof"),
        ("engine", SendsHalfAHeader, "eof"),
        ("engine", SaysOtherwise, "bad_body"),
        ("engine", BreaksTheProtocol, "bad_body"),
        ("engine", SwitchesProtocols, "bad_status"),
        ("engine", Breaks, "bad_status"),
        ("engine", Hangs, "timeout"),
        ("http", Resets, "reset"),
        ("http", SaysOtherwise, "bad_body"),
        ("http", Breaks, "bad_status"),
        ("http", Hangs, "timeout"),
    ],
)
def test_a_fault_has_its_kind_and_both_ends_count_it(
    client: str, server: type[FaultyServer], kind: str
) -> None:
    faulty = server()
    result = run(faulty, f"--client={client}")[-1]
    check_counts(result, faulty.requests)
    assert failures(result) == {kind: faulty.faults} == {kind: faulty.often}
    assert result["ramp_ended"] == "drops"
    # A reset and a timeout need no explanation; other faults have a reason in words.
    reasons = result.get("failure_reasons", {})
    assert sum(reasons.values()) == (0 if kind in {"reset", "timeout"} else faulty.faults)
    assert all(reason.startswith(f"{kind}: ") for reason in reasons)


class WrongFromTheHundredthOn(CountingServer):
    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        if self.requests >= 100:
            self.faults += 1
            writer.write(answer(body=BODY[::-1]))
            return True
        return await super().reply(writer)


def test_a_server_that_fails_forever_gets_no_more_successes() -> None:
    server = WrongFromTheHundredthOn()
    result = run(server)[-1]
    check_counts(result, server.requests)
    successes = sum(step["requests"] for step in result["steps"]) - failures(result)["bad_body"]
    assert successes == 99
    assert 0 <= server.faults - failures(result)["bad_body"] <= result["unfinished"]
