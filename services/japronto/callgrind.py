"""Counted with Japronto's HTTP parser for CPUs without SSE 4.2, not with the one that is measured.

The other parser uses an instruction that valgrind does not know (pcmpestri with a mode of 4). So
this makes Japronto's own test of the CPU say no. Under callgrind the lab runs this file's text in
place of `python app.py`, with `app.py` as its argument.
"""

import ctypes
import mmap
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

READ_WRITE_EXECUTE = 7
RETURN_0 = b"\x31\xc0\xc3"  # xor eax, eax; ret

folder = find_spec("japronto").submodule_search_locations[0]
library = ctypes.CDLL(str(next(Path(folder, "protocol").glob("cprotocol*.so"))))
test = ctypes.cast(library.supports_x86_sse42, ctypes.c_void_p).value
page = test - test % mmap.PAGESIZE
mprotect = ctypes.CDLL(None).mprotect
# Two pages: the bytes may lie at the end of the first.
if mprotect(ctypes.c_void_p(page), ctypes.c_size_t(2 * mmap.PAGESIZE), READ_WRITE_EXECUTE) != 0:
    sys.exit("the memory of Japronto's code cannot be changed")
ctypes.memmove(test, RETURN_0, len(RETURN_0))

del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
