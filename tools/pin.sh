#!/bin/sh
# Re-pin every requirement by hash, for Python 3.11 to 3.13 on every platform. Names no index: the hashes are
# those of the public files whatever mirror they come from. `tools/pin.sh --upgrade` takes newer releases.
set -eu
cd "$(dirname "$0")/.."
pin() {
    name=$1; shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header "$@" \
        -o "requirements/$name.txt" "requirements/$name.in"
}
pin uv "$@"
pin node "$@"
pin base "$@"
pin dev -c requirements/base.txt "$@"
