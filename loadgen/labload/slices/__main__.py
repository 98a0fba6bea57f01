"""`python -m labload.slices`: carries out the commands of `labwire.slices` on its stdin."""

import sys

from labload.slices.program import main

sys.exit(main())
