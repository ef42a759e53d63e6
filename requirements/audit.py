"""Known vulnerabilities of what is locked, asked of OSV by pip-audit. Without a network: skipped, and said so.

(pip-audit's other service, the package index itself, calls a package that it cannot find "not audited" and ends with
success: behind a mirror it would bless everything.)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCKS = ("dev.lock", "java.lock", "uv.lock")  # dev.lock holds runtime.lock
#: How pip-audit and the library below it tell that nobody answered.
_UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError", "Could not connect")


def main() -> int:
    """0 nothing known, or not asked; 1 something is known, or the audit itself failed."""
    folder = Path(__file__).parent
    command = [
        sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--disable-pip", "--require-hashes",
        "--progress-spinner", "off", "--timeout", "5",
    ]  # fmt: skip
    for lock in LOCKS:
        command += ["--requirement", str(folder / lock)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    last = (outcome.stderr.strip().splitlines() or [""])[-1]
    if outcome.returncode and not outcome.stdout.strip() and any(word in last for word in _UNREACHABLE):
        sys.stdout.write("audit of dependencies: SKIPPED, no network (OSV cannot be reached): nothing was checked\n")
        return 0
    sys.stdout.write(outcome.stdout)
    sys.stderr.write(outcome.stderr)
    return 1 if outcome.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
