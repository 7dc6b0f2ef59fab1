"""What Schemathesis does before it asks: a key of a repeat is each request's own, as a client's is."""

import re
import uuid
from typing import Any

import schemathesis

from controller.core.repeats import HEADER, KEY


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    given = (case.headers or {}).get(HEADER)
    if isinstance(given, str) and re.fullmatch(KEY, given):
        case.headers[HEADER] = str(uuid.uuid4())
