"""Workloads of many requests: as a contract says them, and as they are dealt."""

from collections import Counter
from pathlib import Path

import pytest

from labload.workloads import contract_path
from labwire.contract import read_contract
from labwire.exchange import JudgedBy
from labwire.expectation import Expectation
from labwire.mix import CORNERS, DEALT, SAMPLES
from labwire.toml import FileError

MIX = """\
[orders]
on_request = true
needs = ["store"]

[orders.values]
id = { first = 1, last = 50 }
word = ["a b", 'say "é"', "1+1"]

[[orders.mix]]
weight = 9
path = "/orders/${id}?word=${word}"
status = 200
content_type = "application/json"
json = '{"id": ${id}, "word": "${word}", "twice": ${id * 2}}'

[[orders.mix]]
method = "POST"
path = "/orders"
headers = { Content-Type = "application/json", X-Number = "${id}" }
request_json = '{"word": "${word}"}'
status = [400, 422]
any_body = true
"""

WORDS = """["a b", 'say "é"', "1+1"]"""


def read(folder: Path, text: str) -> Expectation:
    (folder / "contract.toml").write_text(text)
    (found,) = read_contract(folder / "contract.toml").values()
    return found


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(FileError) as error:
        read(folder, text)
    return [problem.replace(f"{folder}/", "") for problem in error.value.problems]


def test_a_mix_is_dealt_by_its_weights(tmp_path: Path) -> None:
    found = read(tmp_path, MIX)
    assert (found.on_request, found.needs) == (True, ("store",))
    kinds = Counter(exchange.kind for exchange in found.exchanges)
    assert kinds == {"GET /orders/${id}?word=${word}": DEALT * 9 // 10, "POST /orders": DEALT // 10}
    assert found.samples[0].request == found.request
    assert found.samples[0].right == found.right


def test_it_is_dealt_in_the_same_way_each_time(tmp_path: Path) -> None:
    assert read(tmp_path, MIX).exchanges == read(tmp_path, MIX).exchanges
    other = read(tmp_path, MIX.replace("orders", "others"))
    assert [e.request.body for e in other.exchanges] != [
        e.request.body for e in read(tmp_path, MIX).exchanges
    ]


def test_values_are_written_as_their_places_need_them(tmp_path: Path) -> None:
    found = {
        e.request.path: e for e in read(tmp_path, MIX).exchanges if e.request.path[-2:] == "22"
    }
    exchange = next(iter(found.values()))
    number = int(exchange.request.path.split("/")[2].partition("?")[0])
    assert exchange.request.path == f"/orders/{number}?word=say%20%22%C3%A9%22"
    assert exchange.right.body.decode() == (
        f'{{"id": {number}, "word": "say \\"é\\"", "twice": {2 * number}}}'
    )
    posted = next(e for e in read(tmp_path, MIX).exchanges if e.kind == "POST /orders")
    assert posted.request.headers[0] == ("Content-Type", "application/json")
    assert 1 <= int(posted.request.headers[1][1]) <= 50
    assert (posted.right.status, posted.right.also) == (400, (422,))
    assert posted.right.judged_by is JudgedBy.STATUS


def test_the_samples_have_some_of_each_kind(tmp_path: Path) -> None:
    samples = Counter(exchange.kind for exchange in read(tmp_path, MIX).samples)
    assert set(samples.values()) == {SAMPLES + 3}, "as many as words"
    assert len(samples) == 2


def test_the_samples_have_every_word_and_both_ends_of_a_range(tmp_path: Path) -> None:
    asked = [exchange.request for exchange in read(tmp_path, MIX).samples]
    paths = [request.path.partition("?word=") for request in asked if not request.body]
    assert {word for _, _, word in paths} == {"a%20b", "say%20%22%C3%A9%22", "1%2B1"}
    assert {"/orders/1", "/orders/50"} <= {path for path, _, _ in paths}
    assert {request.body for request in asked if request.body} == {
        b'{"word": "a b"}',
        '{"word": "say \\"é\\""}'.encode(),
        b'{"word": "1+1"}',
    }


def test_of_a_long_list_the_samples_have_entries_at_equal_distances(tmp_path: Path) -> None:
    words = [f"w{number:02}" for number in range(2 * CORNERS)]
    found = read(tmp_path, MIX.replace(WORDS, str(words).replace("'", '"')))
    assert found.mix is not None
    asked = [one.request.path[-3:] for one in found.mix.corners()[:CORNERS]]
    assert len(set(asked)) == CORNERS
    assert (asked[0], asked[-1]) == (words[0], words[-1])


def test_a_kind_without_values_is_asked_twice(tmp_path: Path) -> None:
    same = MIX + '[[orders.mix]]\npath = "/list"\nstatus = 200\nany_body = true\n'
    kinds = Counter(exchange.kind for exchange in read(tmp_path, same).samples)
    assert kinds["GET /list"] == SAMPLES


def test_kinds_with_one_path_are_told_apart(tmp_path: Path) -> None:
    again = MIX[MIX.index("[[orders.mix]]\nmethod") :]
    kinds = {exchange.kind for exchange in read(tmp_path, MIX + again).samples}
    assert {"POST /orders (kind 2)", "POST /orders (kind 3)"} < kinds
    named = again.replace("method", 'about = "an order without a word"\nmethod')
    kinds = {exchange.kind for exchange in read(tmp_path, MIX + named).samples}
    assert {"POST /orders", "an order without a word"} < kinds


def test_one_kind_with_values_is_a_mix_too(tmp_path: Path) -> None:
    text = """\
[page]
path = "/page?number=${number}"
status = 200
content_type = "text/html"
pattern = '''
<p>${number}.</p>
  <p>.</p>
'''
values = { number = { first = 1, last = 9 } }
"""
    found = read(tmp_path, text)
    assert found.right.judged_by is JudgedBy.PATTERN
    digit = found.request.path[-1]
    assert found.right.body.decode() == rf"<p>{digit}.</p>\s*<p>.</p>\s*"
    assert len({exchange.request.path for exchange in found.exchanges}) == 9


def test_a_list_has_each_of_its_items(tmp_path: Path) -> None:
    text = """\
[rows]
path = "/rows"
status = 200
content_type = "application/json"
items = 3
json = '{"id": ${n + 1}}'
"""
    assert read(tmp_path, text).right.body == b'[{"id": 1},{"id": 2},{"id": 3}]'


def test_every_problem_of_a_mix_is_told_with_its_line(tmp_path: Path) -> None:
    text = """\
[a]
mix = 7

[b.values]
"Id" = [1]
id = { first = 2, last = 1 }

[[b.mix]]
path = "b"
status = 99
json = '{}'

[[b.mix]]
weight = 0
path = "/b"
status = 200
content_type = "text/plain"
body = ""

[[c.mix]]
path = "/c/${x}"
status = 200
content_type = "text/plain"
body = "${y ** 2}"
json = "{}"

[[c.mix]]
path = "/d"
status = 200

[[c.mix]]
path = "/e"
status = 200
any_body = true
sha256 = "00"
items = 4

[d]
path = "/d"
status = 200
content_type = "application/json"
json = "{"

[e]
path = "/${n}"
status = 200
any_body = true
request_body = "a"
request_json = "{}"
"""
    found = "\n".join(refused(tmp_path, text))
    for words in (
        "contract.toml:2: [a] mix = 7: give 1 to 50 tables, each [[WORKLOAD.mix]]",
        'contract.toml:4: [b] values = "Id": give the name of a value: lower-case letters',
        'contract.toml:4: [b] values["id"] = {"first": 2, "last": 1}: give a list of texts',
        'contract.toml:9: [b.mix 1] path = "b": give a path that begins with /',
        "contract.toml:10: [b.mix 1] status = 99: give a status from 200 to 599, or a list",
        "contract.toml:14: [b.mix 2] weight = 0: give a whole number from 1 to 100",
        "[c.mix 1] path: there is no value 'x'; the values are: none",
        "[c.mix 1] body: ${y ** 2} is not a value",
        "[c.mix 1] body and json: an answer is judged in one way",
        "[c.mix 2] no body: say how an answer is judged by one of body, json",
        'contract.toml:35: [c.mix 3] sha256 = "00": give 64 hexadecimal digits',
        "contract.toml: [d]: json: ",
        "[e] path: there is no value 'n'; the values are: none",
        "[e] request_body and request_json: a request has one body",
    ):
        assert words in found


def test_the_workloads_of_the_article_are_measured_without_being_named() -> None:
    found = read_contract(contract_path())
    assert [name for name, one in found.items() if not one.on_request] == ["json", "text"]
    assert {"routes", "validate", "page", "rows"} <= found.keys()


ON_REQUEST = [name for name, one in read_contract(contract_path()).items() if one.on_request]


@pytest.mark.parametrize("name", ON_REQUEST)
def test_their_requests_differ(name: str) -> None:
    """So that no answer can come from a cache."""
    found = read_contract(contract_path())[name].exchanges
    asked = {(exchange.request.path, exchange.request.body) for exchange in found}
    assert len(asked) > len(found) * 0.8


def test_a_mix_may_deal_fewer_requests_and_be_of_one_set(tmp_path: Path) -> None:
    few = MIX.replace("on_request = true", 'on_request = true\ndealt = 50\nonly = "orm"')
    found = read(tmp_path, few)
    assert found.only == "orm"
    kinds = Counter(exchange.kind for exchange in found.exchanges)
    assert kinds == {"GET /orders/${id}?word=${word}": 45, "POST /orders": 5}
    usual = read(tmp_path, MIX)
    assert (usual.only, len(usual.exchanges)) == (None, DEALT)


def test_what_dealt_and_only_cannot_be_is_told_together(tmp_path: Path) -> None:
    one = 'path = "/"\nstatus = 200\nany_body = true\n'
    seldom = MIX.replace("[orders]", "[orders]\ndealt = 10").replace("orders", "b")
    text = f'[a]\ndealt = 7\nonly = "orm"\n{one}{seldom}[c]\ndealt = 2001\nonly = "an ORM"\n{one}'
    assert refused(tmp_path, text) == [
        "contract.toml: [a] only: every service answers what is always measured; give on_request = "
        "true, too",
        "contract.toml: [a] dealt: all requests are the same; give values or a mix, or remove it",
        "contract.toml: [b]: POST /b: fewer than 2 of 10 requests are of this kind; give it a "
        "larger weight, or the others smaller ones",
        "contract.toml:31: [c] dealt = 2001: give a whole number from 1 to 2,000",
        'contract.toml:32: [c] only = "an ORM": give the name of a set of services, such as orm',
    ]


def test_a_kind_that_would_hardly_be_sent_is_refused(tmp_path: Path) -> None:
    kind = """
[[a.mix]]
weight = {}
path = "/{}"
status = 200
any_body = true
"""
    many = "".join(kind.format(100, f"often-{number}") for number in range(25))
    (problem,) = refused(tmp_path, many + kind.format(1, "seldom"))
    assert problem == (
        "contract.toml: [a]: GET /seldom: fewer than 2 of 2,000 requests are of this kind; give it "
        "a larger weight, or the others smaller ones"
    )
