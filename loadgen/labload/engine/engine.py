"""All connections of a worker in one loop, which reads responses, judges them and sends requests.

A request needs no greenlet, timer or parser of its own. The engine does not use gevent's loop:
`drive` runs its turns. `open` adds a user, and `close` removes one.

In a closed loop, each user begins its next request as soon as it has its answer. With a schedule
(open loop), a request begins when it is due, on the connection that has been idle for longest. If
none is idle, it begins as soon as one is, but its latency counts from when it was due.
"""

import _socket
import errno
import os
from collections import deque
from collections.abc import Callable
from itertools import cycle
from math import ceil
from time import perf_counter_ns
from typing import Any

from gevent.monkey import get_original

from labload.counts.ledger import Ledger
from labload.counts.tally import Health
from labload.engine.answer import CLOSES, STAYS_OPEN, Answer, Judge, Known, Right
from labload.engine.cards import dealt
from labload.engine.heads import HeadJudge
from labload.engine.schedule import Due
from labload.engine.slot import CONNECTING, IDLE, QUEUED, READING, SENDING, Slot
from labload.engine.target import REFUSALS, Target
from labload.engine.tcp import ended_before_the_request, was_answered
from labload.engine.timer import Timer
from labwire.failure import FailureKind

IN, OUT, RDHUP = 0x001, 0x004, 0x2000
"""EPOLLIN, EPOLLOUT, EPOLLRDHUP (the peer will send no more). epoll always reports errors."""
READABLE = IN | RDHUP
CHUNK = 8192
"""Most bytes of one read; the contract's answers fit, headers included."""
BATCH = 64
"""Most events of one turn; in a longer batch the last one would wait too long."""
STARTS = 256
"""Most requests that one turn begins, so that no turn takes too long when many users begin."""
TICK_NS = 50_000
"""Shortest interval of the open loop's timer, at any rate, because each expiry costs a turn."""
CONNECTS = 4096
"""Most connects of a worker under way at once: the longest listen queue that Linux allows by
default (somaxconn). Others wait, and their wait is part of their latency."""
UNASKED_READS = 8
"""Most reads of an idle connection in one turn, so that a server cannot block it by sending on."""
CONNECT_PAUSE_NS = 100_000_000
"""Pause after a failed connect. A refusal takes microseconds, so a dead server would seem fast."""

_new_epoll: Any = get_original("select", "epoll")


class Engine:
    """The connections of one worker to one target.

    `turn` raises OSError if the client itself is at fault (no port or file descriptor left). That
    says nothing about the server and must not count as its failure.
    """

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger
        cards = dealt(target)
        self._first = cards[0]
        self._mixed = len(cards) > 1
        self._cards = cycle(cards)
        self._recall = _recall(self._first.judge)
        self._timeout_ns = int(target.request_timeout_s * 1e9)
        connect_s = min(target.connect_timeout_s, target.request_timeout_s)
        self._connect_timeout_ns = int(connect_s * 1e9)
        self._users: set[Slot] = set()
        self._slots: dict[int, Slot] = {}  # by file descriptor
        self._ready: deque[Slot] = deque()  # users about to begin a request, longest idle first
        self._queue: deque[Slot] = deque()  # about to connect
        self._connecting = 0
        self._pauses: deque[tuple[int, Slot]] = deque()  # end of the pause, in ns
        self._held = False
        self._schedule: Due | None = None
        self._epoll = _new_epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK)
        self._timer = Timer()
        self._epoll.register(self._bell, IN)
        self._epoll.register(self._timer.fd, IN)

    # --- what users and master want --------------------------------------------------------------

    def open(self) -> Slot:
        """A new user; its first request begins in the next turn, or at `go` if users are held."""
        slot = Slot(Answer(self._first.judge), self._first.request, perf_counter_ns())
        self._users.add(slot)
        self._ready.append(slot)
        self._ring()
        return slot

    def close(self, slot: Slot) -> None:
        """Remove a user; a request under way stays unfinished."""
        if slot.gone:
            return
        slot.gone = True
        self._users.discard(slot)
        now = perf_counter_ns()
        self._ledger.left(slot.opened_ns, now)
        if slot.phase != IDLE:
            self._ledger.abandoned(slot.step, slot.began_ns, now)
        self._drop(slot)

    def enter(self, step: int, *, held: bool) -> None:
        """Requests that begin from now on belong to `step`; if `held`, none begins before `go`."""
        for slot in self._users:
            slot.answered = False
        self._ledger.enter(step, perf_counter_ns())
        self._hold(held)

    def go(self) -> None:
        """Let held users begin; the step's time counts from here."""
        self._ledger.started_ns = perf_counter_ns()
        self._hold(False)

    def leave(self, health: Health) -> None:
        """The step is over; record what is under way."""
        now = perf_counter_ns()
        ages = [
            (now - slot.began_ns) // 1000
            for slot in self._users
            if slot.phase != IDLE and self._ledger.counts(slot.step)
        ]
        for slot in self._users:
            self._ledger.left(slot.opened_ns, now)
        answered = sum(slot.answered for slot in self._users)
        self._ledger.leave(ages + self._overdue_us(now), answered, now, health)

    def close_books(self) -> None:
        """Stop counting requests that began before now, and begin no others."""
        now = perf_counter_ns()
        under_way = [(slot.step, slot.began_ns) for slot in self._users if slot.phase != IDLE]
        while self._schedule and self._schedule.due_ns <= now:
            self._ledger.began()
            under_way.append((self._ledger.step, self._schedule.take()))
        self.follow(None)
        self._ledger.close(under_way, now)
        self._hold(True)

    def give_up_connecting(self) -> None:
        """Close the connections that do not exist yet; call it when the books are closed."""
        self._queue.clear()
        for slot in self._users:
            if slot.phase in (QUEUED, CONNECTING):
                self._drop(slot)
                self._free(slot)

    def hang_up(self) -> None:
        """Close all idle connections; each user's next request opens another."""
        for slot in self._users:
            if slot.phase == IDLE and slot.sock is not None:
                self._drop(slot)

    def follow(self, schedule: Due | None) -> None:
        """Begin requests on this schedule; without one, as soon as a user has its answer."""
        self._schedule = schedule
        if schedule:
            self._timer.every(max(ceil(schedule.interval_ns), TICK_NS), schedule.due_ns)
        else:
            self._timer.stop()
        self._ring()

    @property
    def busy(self) -> int:
        """Requests under way, counted or not."""
        return sum(slot.phase != IDLE for slot in self._users)

    def crowd(self) -> tuple[int, int, int, int]:
        """Numbers of users, users with an answer in this step, requests under way, and overdue."""
        answered = sum(slot.answered for slot in self._users)
        return len(self._users), answered, self.busy, self._overdue(perf_counter_ns())

    def shut(self) -> None:
        """Close everything."""
        self._queue.clear()
        for slot in list(self._slots.values()):
            self._drop(slot)
        self._epoll.close()
        self._timer.close()
        os.close(self._bell)

    # --- the loop --------------------------------------------------------------------------------

    def fileno(self) -> int:
        """Readable when a turn has something to do."""
        return int(self._epoll.fileno())

    def turn(self) -> None:
        """Do what is ready without waiting."""
        slots, recall, mixed, ledger = self._slots, self._recall, self._mixed, self._ledger
        clock, step, latencies = perf_counter_ns, ledger.step, ledger.latencies
        fast, scheduled = not self._held, self._schedule is not None
        service, ready = ledger.service, self._ready
        received = completed = again = 0
        for fd, mask in self._epoll.poll(0, BATCH):
            slot = slots.get(fd)
            if mask != IN or slot is None or slot.phase != READING:
                self._seldom(fd, slot, mask)
                continue
            try:
                data = slot.recv(CHUNK)
            except BlockingIOError:
                continue
            except OSError:
                self._failed(slot, FailureKind.RESET)
                continue
            if (
                fast
                and slot.step == step
                and slot.untouched
                and (recall(data) if recall else slot.answer.judge.recognised(data)) is STAYS_OPEN
            ):
                # The fast path: a whole response that is known to be right, on a connection that
                # stays open. `_take` handles all others, and would count this one in the same way.
                now = clock()
                latencies.append((now - slot.began_ns) // 1000)
                completed += 1
                received += len(data)
                slot.answered = True
                if scheduled:
                    service.append((now - slot.sent_ns) // 1000)
                    slot.phase, slot.free_ns = IDLE, now
                    ready.append(slot)
                    continue
                slot.began_ns = now
                again += 1
                if mixed:
                    self._deal(slot)
                # As `_send` does, which finds out what an error means. Its call would cost more
                # than all that mixes need here.
                request = slot.request
                try:
                    sent = slot.send(request)
                except OSError:
                    self._send(slot)
                    continue
                if sent != len(request):
                    self._rest(slot, sent)
            else:
                self._take(slot, data)
        ledger.answered(completed, again, received)
        self._connect_next()
        self._begin_some()

    def sweep(self) -> None:
        """Look for timeouts and for pauses that have ended; call it about twenty times a second."""
        now = perf_counter_ns()
        oldest, connecting = now - self._timeout_ns, now - self._connect_timeout_ns
        for slot in list(self._users):
            if slot.phase == IDLE:
                continue
            if slot.phase in (QUEUED, CONNECTING) and slot.sent_ns <= connecting:
                self._failed(slot, FailureKind.CONNECT_TIMEOUT)
            elif slot.began_ns <= oldest:
                self._failed(slot, FailureKind.TIMEOUT)
        while self._pauses and self._pauses[0][0] <= now:
            self._free(self._pauses.popleft()[1])
        self._connect_next()
        self._ring()

    # --- beginning -------------------------------------------------------------------------------

    def _free(self, slot: Slot) -> None:
        """A user without a request under way: ready for the next."""
        if not slot.gone:
            slot.free_ns = perf_counter_ns()
            self._ready.append(slot)

    def _begin_some(self) -> None:
        if self._held:
            return
        if self._schedule is not None:
            self._begin_due(self._schedule)
            return
        if not self._ready:
            return
        begun = 0
        for _ in range(min(STARTS, len(self._ready))):
            slot = self._ready.popleft()
            if not slot.gone:
                begun += 1
                slot.began_ns = perf_counter_ns()
                self._begin(slot, slot.began_ns)
        self._ledger.began(begun)
        if self._ready:
            self._ring()

    def _begin_due(self, schedule: Due) -> None:
        """Begin what is due; what has been due for longer than the timeout fails unsent."""
        ready, late, now, begun = self._ready, self._ledger.late, perf_counter_ns(), 0
        while schedule.due_ns <= now - self._timeout_ns:
            begun += 1
            self._ledger.failed(self._ledger.step, schedule.take(), now, FailureKind.TIMEOUT)
        while ready and schedule.due_ns <= now:
            slot = ready.popleft()
            if not slot.gone:
                begun += 1
                slot.began_ns = due_ns = schedule.take()
                now = perf_counter_ns()
                late.append((now - max(due_ns, slot.free_ns)) // 1000)
                self._begin(slot, now)
        if begun:
            self._ledger.began(begun)

    def _begin(self, slot: Slot, now: int) -> None:
        slot.step, slot.sent_ns = self._ledger.step, now
        if self._mixed:
            self._deal(slot)
        if slot.sock is not None:
            self._ask(slot)
        else:
            self._reach(slot)

    def _deal(self, slot: Slot) -> None:
        """Give the user the next request of the mix."""
        if slot.sock is not None:
            slot.earlier += len(slot.request)
        card = next(self._cards)
        slot.request, slot.answer.judge = card.request, card.judge

    def _reach(self, slot: Slot) -> None:
        if self._connecting < CONNECTS:
            self._connect(slot)
        else:
            slot.phase = QUEUED
            self._queue.append(slot)

    def _overdue(self, now: int) -> int:
        """How many requests are due but could not begin yet."""
        if self._schedule is None or self._schedule.due_ns > now:
            return 0
        return int((now - self._schedule.due_ns) / self._schedule.interval_ns) + 1

    def _overdue_us(self, now: int) -> list[int]:
        """How long each overdue request has been due, in microseconds."""
        count = self._overdue(now)
        if self._schedule is None:
            return []
        due_ns, interval_ns = self._schedule.due_ns, self._schedule.interval_ns
        return [int(now - due_ns - n * interval_ns) // 1000 for n in range(count)]

    def _hold(self, held: bool) -> None:
        self._held = self._ledger.paused = held
        if not held:
            self._ring()

    # --- connecting ------------------------------------------------------------------------------

    def _connect(self, slot: Slot) -> None:
        sock = _socket.socket(self._target.family, _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK)
        slot.attach(sock)
        self._connecting += 1
        self._slots[slot.fd] = slot
        self._epoll.register(slot.fd, OUT)
        code = sock.connect_ex(self._target.address)
        if code not in (0, errno.EINPROGRESS):
            self._not_connected(slot, code)

    def _not_connected(self, slot: Slot, code: int) -> None:
        if code in REFUSALS:
            self._failed(slot, FailureKind.CONNECT_REFUSED)
        elif code == errno.ETIMEDOUT:
            self._failed(slot, FailureKind.CONNECT_TIMEOUT)
        else:
            raise OSError(code, os.strerror(code))

    def _connected(self, slot: Slot) -> None:
        code = slot.sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
        if code:
            self._not_connected(slot, code)
            return
        self._connecting -= 1
        slot.phase = IDLE
        slot.sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        tally = self._ledger.current
        tally.connects += 1
        tally.connecting_us += (perf_counter_ns() - slot.sent_ns) // 1000
        self._epoll.modify(slot.fd, READABLE)
        self._ask(slot)

    def _connect_next(self) -> None:
        while self._queue and self._connecting < CONNECTS:
            waiting = self._queue.popleft()
            if waiting.phase == QUEUED and not waiting.gone:
                self._connect(waiting)

    # --- asking and answers ----------------------------------------------------------------------

    def _ask(self, slot: Slot) -> None:
        if slot.spoiled:
            self._failed(slot, slot.spoiled, slot.answer.reason)
            return
        slot.phase = READING
        self._send(slot)

    def _send(self, slot: Slot) -> None:
        try:
            sent = slot.send(slot.request)
        except BlockingIOError:
            sent = 0
        except OSError:
            if was_answered(slot.sock):
                self._ask_anew(slot)
            else:
                self._failed(slot, FailureKind.RESET)
            return
        if sent != len(slot.request):
            self._rest(slot, sent)

    def _rest(self, slot: Slot, sent: int) -> None:
        """The socket took only a part; the rest follows when it can take more."""
        slot.phase, slot.unsent = SENDING, slot.request[sent:]
        self._epoll.modify(slot.fd, READABLE | OUT)

    def _send_rest(self, slot: Slot) -> None:
        try:
            slot.unsent = slot.unsent[slot.send(slot.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self._failed(slot, FailureKind.RESET)
            return
        if not slot.unsent:
            slot.phase = READING
            self._epoll.modify(slot.fd, READABLE)

    def _seldom(self, fd: int, slot: Slot | None, mask: int) -> None:
        """Handle any event other than an answer on a connection that stays open."""
        if slot is None:
            if fd == self._bell:
                os.eventfd_read(self._bell)
            elif fd == self._timer.fd:
                self._timer.read()
        elif slot.phase == CONNECTING:
            self._connected(slot)
        elif slot.phase == SENDING and mask == OUT:
            self._send_rest(slot)
        elif slot.phase == IDLE:
            self._unasked(slot)
        else:
            self._read_to_the_end(slot)

    def _read_to_the_end(self, slot: Slot) -> None:
        """The server has closed, or sends something before it has the whole request."""
        slot.phase = READING
        while slot.phase == READING:
            try:
                data = slot.recv(CHUNK)
            except BlockingIOError:
                if slot.unsent:  # only an interim response, or a part of the answer, so far
                    slot.phase = SENDING
                return
            except OSError:
                self._failed(slot, FailureKind.RESET)
                return
            self._take(slot, data)
        if slot.phase == IDLE and slot.sock is not None:
            self._unasked(slot)

    def _unasked(self, slot: Slot) -> None:
        """The server ended an idle connection, or sent bytes on it without a request.

        Such bytes count as the beginning of the next answer. It is the same in the closed loop,
        where the next request is already sent when they arrive.
        """
        if slot.spoiled:  # only its end is still watched
            self._ended_by_server(slot)
            return
        for _ in range(UNASKED_READS):
            try:
                data = slot.recv(CHUNK)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._ended_by_server(slot)
                return
            self._ledger.received += len(data)
            slot.untouched = False
            judgement = slot.answer.take(data)
            if judgement is not None:
                self._spoil(slot, judgement)
                return

    def _spoil(self, slot: Slot, judgement: Right | FailureKind) -> None:
        """A whole response, or invalid HTTP, came without a request: the next one here fails."""
        if judgement is CLOSES or slot.answer.says_goodbye:
            self._ended_by_server(slot)
            return
        if judgement is STAYS_OPEN:
            judgement, slot.answer.reason = FailureKind.BAD_BODY, "a response that nobody asked for"
        slot.spoiled = judgement
        self._epoll.modify(slot.fd, RDHUP)

    def _ended_by_server(self, slot: Slot) -> None:
        self._drop(slot)
        if self._ledger.counts(self._ledger.step):
            self._ledger.current.server_closes += 1

    def _ask_anew(self, slot: Slot) -> None:
        """The server had closed the idle connection, so send the request on a new one.

        This is not a retry, because the server cannot have read the request. Its latency still
        counts from when it began.
        """
        self._ended_by_server(slot)
        slot.sent_ns = perf_counter_ns()
        self._reach(slot)

    def _take(self, slot: Slot, data: bytes) -> None:
        """Take a piece of a response, or its end (empty)."""
        if not data and slot.untouched and self._never_arrived(slot):
            self._ask_anew(slot)
            return
        self._ledger.received += len(data)
        slot.untouched = False
        judgement = slot.answer.take(data)
        if judgement is None:
            return
        if judgement is STAYS_OPEN or judgement is CLOSES:
            self._succeeded(slot, stays_open=judgement is STAYS_OPEN)
        else:
            slot.answered = slot.answered or judgement is not FailureKind.EOF
            self._failed(slot, judgement, slot.answer.reason)

    def _never_arrived(self, slot: Slot) -> bool:
        """Whether the server ended the connection before the request reached it."""
        earlier = slot.earlier if self._mixed else None
        return ended_before_the_request(slot.sock, len(slot.request), earlier)

    def _succeeded(self, slot: Slot, *, stays_open: bool) -> None:
        now = perf_counter_ns()
        slot.answered = True
        self._ledger.succeeded(slot.step, slot.began_ns, now)
        if self._schedule and self._ledger.counts(slot.step):
            self._ledger.service.append((now - slot.sent_ns) // 1000)
        if stays_open and not slot.unsent:  # else the next request would go out inside this one
            slot.rest()
        else:
            self._drop(slot)
        self._free(slot)

    def _failed(self, slot: Slot, kind: FailureKind, reason: str = "") -> None:
        now = perf_counter_ns()
        self._ledger.failed(slot.step, slot.began_ns, now, kind, reason)
        unconnected = slot.phase in (QUEUED, CONNECTING)
        self._drop(slot)
        if unconnected:
            self._pauses.append((now + CONNECT_PAUSE_NS, slot))
        else:
            self._free(slot)

    def _drop(self, slot: Slot) -> None:
        """Close at once: a server may wait for it before it serves another connection."""
        if slot.phase == CONNECTING:
            self._connecting -= 1
        if slot.sock is not None:
            del self._slots[slot.fd]
            slot.sock.close()  # which also removes it from the epoll
        slot.detach()

    def _ring(self) -> None:
        """Make `fileno` readable."""
        os.eventfd_write(self._bell, 1)


def _recall(judge: Judge) -> Callable[[bytes], Known | None] | None:
    """What whole responses are, if all of their bytes can be known; else each user's judge says."""
    return None if isinstance(judge, HeadJudge) else judge.known.get
