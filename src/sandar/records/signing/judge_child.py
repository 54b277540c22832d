"""The child process that looks at a stranger's PDF. Run as a script by `strangers.py`; it loads no Django.

It reads one request (a line of JSON, then the bytes) and writes one line of JSON. Bounded memory and processor time;
it writes no file and opens no socket, and whatever a hostile file makes of it, it can be killed without a trace.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from dataclasses import asdict

MEMORY_BYTES = 1024**3
CPU_SECONDS = 15


def main() -> None:
    """Answer one request."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    from sandar.records.signing import judge

    request = json.loads(sys.stdin.buffer.readline())
    roots = [base64.b64decode(root) for root in request["roots"]]
    found = [
        judge.look(sys.stdin.buffer.read(length), roots, base_length=base)
        for length, base in zip(request["lengths"], request["bases"], strict=True)
    ]
    sys.stdout.write(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    main()
