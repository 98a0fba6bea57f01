"""Runs inside every Python process of an observed service: says what really runs there.

The lab puts this file's text into a folder as ``sitecustomize.py``, which Python (3.6 or later)
imports before the program. It waits until the file ``begin`` appears in the folder. From then on it
notes who makes JSON, and which parsers and event loops exist at that moment, in the middle of a
request. When ``tell`` appears it writes ``PID.json``. A measured process never runs this.
"""

import _thread
import gc
import importlib.abc
import json
import os
import re
import sys
import time
import types

FOLDER = os.path.dirname(os.path.abspath(__file__))
POLL_S = 0.005
LOOKS = 5
"""At how many of the first calls of each library all objects of the process are looked through."""
LOOP = "asyncio.events.AbstractEventLoop"
PARSERS = {
    "aiohttp._http_parser.HttpRequestParser": "aiohttp",
    "aiohttp.http_parser.HttpRequestParserPy": "aiohttp",
    "cprotocol.Protocol": "japronto",
    "gunicorn.http.parser.RequestParser": "gunicorn",
    "h11._connection.Connection": "h11",
    "http.server.BaseHTTPRequestHandler": "http.server",
    "httptools.parser.parser.HttpRequestParser": "httptools",
    "sanic.http.http1.Http": "sanic",
    "tornado.http1connection.HTTP1Connection": "tornado",
    "waitress.parser.HTTPRequestParser": "waitress",
}
"""What reads requests: class -> the name of its parser. Objects of derived classes count, too."""
CRATES = re.compile(rb"[/\\](hyper|actix-http)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)[/\\]src[/\\]")
"""Parsers written in Rust: the compiler leaves paths of their source files in the extension."""


class Seen:
    """What was seen in this process since ``begin``."""

    def __init__(self):
        self.on = False
        self.calls = {}  # library -> the thread of each call; appending needs no lock
        self.loops = set()
        self.parsers = {}
        self.others = set()
        self.kinds = {}

    def made_json(self, library):
        """Note a call. It comes in the middle of an answer, so its parser exists now."""
        if not self.on:
            return
        calls = self.calls.setdefault(library, [])
        calls.append(thread_id())
        if len(calls) <= LOOKS:
            self.look()

    def look(self):
        """Look for parsers and running event loops among all objects of this process."""
        for thing in gc.get_objects():
            self.note(thing)
            if "Transport" in type(thing).__name__:  # some protocols are hidden from gc
                try:
                    self.note(thing.get_protocol())
                except Exception:  # only called so, or closed: then there is no protocol to see
                    pass

    def note(self, thing):
        """Note one object, if it is a parser or a running event loop."""
        kind = type(thing)
        if kind not in self.kinds:
            self.kinds[kind] = names(kind)
        name, parser, loop, other = self.kinds[kind]
        if parser:
            self.parsers[name] = parser
        elif other:
            self.others.add(name)
        elif loop:
            try:
                if thing.is_running():
                    self.loops.add(name)
            except Exception:  # an object that is not ready yet
                pass


def names(kind):
    """A class: its full name, its parser's name, whether it is an event loop or may be a parser."""
    try:
        bases = [full_name(base) for base in kind.__mro__]
    except Exception:  # a class may compute its own name, and fail: it is none of those looked for
        return "", "", False, False
    parser = "".join([PARSERS[base] for base in bases if base in PARSERS][:1])
    looks_like = re.search(r"https?\w*pars|http\w*protocol", bases[0].lower()) is not None
    return bases[0], parser, LOOP in bases, looks_like


def full_name(kind):
    """Module and name of a class."""
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def thread_id():
    """This thread's id; those of the kernel are not used again at once."""
    import threading

    return getattr(threading, "get_native_id", threading.get_ident)()


SEEN = Seen()
encode_json = json.JSONEncoder.encode


def counted(library, function):
    """The same function; each call is noted as one of this library's."""

    def call(*args, **kwargs):
        SEEN.made_json(library)
        return function(*args, **kwargs)

    call.__name__ = getattr(function, "__name__", library)
    call.__doc__ = getattr(function, "__doc__", None)
    return call


def count_functions(library, *functions):
    """What makes a module count the calls of these functions."""

    def change(module):
        for name in functions:
            if hasattr(module, name):
                setattr(module, name, counted(library, getattr(module, name)))

    return change


def count_msgspec(module):
    """Count msgspec's function, and the same as a method of its encoders, which are compiled."""
    count_functions("msgspec", "encode")(module)

    class Encoder(object):
        def __init__(self, *args, **kwargs):
            self.encoder = original(*args, **kwargs)
            self.encode = counted("msgspec", self.encoder.encode)

        def __getattr__(self, name):
            return getattr(self.encoder, name)

    original, module.Encoder = module.Encoder, Encoder


LIBRARIES = {
    "ujson": count_functions("ujson", "dumps", "encode", "dump"),
    "orjson": count_functions("orjson", "dumps"),
    "msgspec.json": count_msgspec,
}
"""Module -> what makes it count, right after its import."""


class Loader(importlib.abc.Loader):
    """The loader of one of these modules; changes it as soon as it is there."""

    def __init__(self, loader, change):
        self.loader, self.change = loader, change

    def create_module(self, spec):
        """As the module's own loader does."""
        return self.loader.create_module(spec)

    def exec_module(self, module):
        """As the module's own loader does; then change it."""
        self.loader.exec_module(module)
        self.change(module)

    def __getattr__(self, name):
        return getattr(self.loader, name)


class Finder(object):
    """Finds these modules as Python does, and gives them a loader that changes them."""

    def find_spec(self, name, path=None, target=None):
        """The module's own spec, with the other loader; None for any other module."""
        if name not in LIBRARIES:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = Loader(spec.loader, LIBRARIES[name])
                return spec
        return None


def installed_below(path):
    """A file's path below the folder of installed packages; None if it lies elsewhere."""
    for folder in ("/site-packages/", "/dist-packages/"):
        if folder in path:
            return path.rpartition(folder)[2]
    return None


def package_of(path):
    """The package or module of a compiled file: ``uvloop/loop.cpython-313.so`` -> ``uvloop``."""
    return path.partition("/")[0].partition(".")[0]


def loaded():
    """The compiled files that this process has imported from installed packages."""
    found = set()
    for module in list(sys.modules.values()):
        path = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
        if isinstance(path, str) and path.endswith(".so") and installed_below(path):
            found.add(path)
    return found


def compiled():
    """The packages with a compiled file that are installed."""
    found = set()
    for folder in sys.path:
        if not folder.endswith(("/site-packages", "/dist-packages")):
            continue
        for at, _, files in os.walk(folder):
            below = os.path.join(at[len(folder) + 1 :], "")
            if not below.partition("/")[0].endswith(".libs"):  # shared libraries of a wheel
                found.update(package_of(below.lstrip("/") + f) for f in files if f.endswith(".so"))
    return found


def crates(paths):
    """The parsers written in Rust in these files: what and where -> the parser's name."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            for name, version in set(CRATES.findall(file.read())):
                where = package_of(installed_below(path))
                found["%s %s in %s" % (name.decode(), version.decode(), where)] = name.decode()
    return found


def told():
    """Everything about this process."""
    SEEN.look()
    files = loaded()
    packages = {package_of(installed_below(path)) for path in files}
    parsers = SEEN.parsers or crates(files)
    threads = {thread for calls in SEEN.calls.values() for thread in calls}
    version = "%s %s" % (sys.implementation.name, sys.version.split()[0])
    return {
        "pid": os.getpid(),
        "loops": sorted(SEEN.loops),
        "parsers": parsers,
        "others": [] if parsers else sorted(SEEN.others),
        "json": {library: len(calls) for library, calls in SEEN.calls.items()},
        "threads": len(threads),
        "compiled": sorted(packages),
        "not_loaded": sorted(compiled() - packages),
        "python": version.replace("cpython", "CPython").replace("pypy", "PyPy"),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "free_threaded": "t" in getattr(sys, "abiflags", ""),
        "flags": [name for name in ("debug", "dev_mode", "optimize") if flag(name)],
    }


def flag(name):
    """Whether Python runs with this option."""
    return bool(getattr(sys.flags, name, False)) or (
        name == "debug" and hasattr(sys, "gettotalrefcount")
    )


def write(name, text):
    """Write a file of the folder at once, complete."""
    path = os.path.join(FOLDER, name)
    with open(path + ".part", "w") as file:
        file.write(text)
    os.rename(path + ".part", path)


def await_file(name):
    """Wait until this file of the folder exists."""
    while not os.path.exists(os.path.join(FOLDER, name)):
        time.sleep(POLL_S)


def watch():
    """Wait for ``begin``, then for ``tell``; answer each."""
    me = str(os.getpid())
    write(me + ".here", "")
    await_file("begin")
    SEEN.on = True
    write(me + ".looks", "")
    await_file("tell")
    try:
        found = told()
    except Exception as error:
        found = {"pid": os.getpid(), "error": "%s: %s" % (type(error).__name__, error)}
    write(me + ".json", encode_json(json.JSONEncoder(), found))


def start():
    """Watch this process, in a thread that Python's own lists of threads do not show."""
    _thread.start_new_thread(watch, ())


setattr(json.JSONEncoder, "encode", counted("json", encode_json))  # noqa: B010 - mypy
sys.meta_path.insert(0, Finder())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=start)
start()
