"""`python -m stridewise` is the command `stridewise`."""

import sys

from ._command import main

sys.exit(main())
