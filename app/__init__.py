"""The core of the program: records, operations, queries and what they need; screens and jobs stand above it."""

import sys
from typing import Any

_absent: Any = None
# jsonschema looks for this package, which comes with a tool that writes our bill of materials, to check addresses
# that we never ask it about; loading it takes a second of every start.
sys.modules.setdefault("rfc3987_syntax", _absent)
