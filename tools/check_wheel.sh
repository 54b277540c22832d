#!/usr/bin/env bash
# Build the wheel, install it into a fresh environment without Node, and see the office answer from it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./run --dev --setup
scratch=$(mktemp -d)
server=""
finish() {
    [ -z "$server" ] || kill "$server" 2> /dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "wheel: FAILED: $*"; [ -f "$scratch/log" ] && tail -20 "$scratch/log"; exit 1; }

.venv/bin/python -m build --no-isolation --outdir "$scratch/dist" . > "$scratch/log" 2>&1 || fail "build"
wheel=$(echo "$scratch"/dist/*.whl)
.venv/bin/python - "$wheel" << 'PYTHON' || fail "contents"
import sys, zipfile
names = set(zipfile.ZipFile(sys.argv[1]).namelist())
wanted = [
    "sandar/assets/tabler.min.css", "sandar/assets/htmx.min.js", "sandar/assets/icons.svg",
    "sandar/assets/fonts/Arimo_400Regular.ttf", "sandar/assets/fonts/plus-jakarta-sans-latin-normal.woff2",
    "sandar/locale/en/LC_MESSAGES/django.mo", "sandar/sop/colocation.toml",
]
missing = [name for name in wanted if name not in names]
missing += [kind for kind in (".typ", ".html") if not any(name.endswith(kind) for name in names)]
foreign = [name for name in names if name.startswith("tests/") or "node_modules" in name]
sys.exit(f"missing {missing}, foreign {foreign[:5]}" if missing or foreign else 0)
PYTHON

.venv/bin/uv venv --quiet --python .venv/bin/python "$scratch/venv"
.venv/bin/uv pip install --quiet --python "$scratch/venv/bin/python" --require-hashes -r requirements/base.txt
.venv/bin/uv pip install --quiet --python "$scratch/venv/bin/python" --no-deps "$wheel"
.venv/bin/uv pip check --quiet --python "$scratch/venv/bin/python" || fail "requirements of the wheel"

# Away from the repository, with nothing on PATH: no Node, no npm, no source tree.
cd "$scratch"
env -i PATH="$scratch/venv/bin" HOME="$scratch" LANG=C.UTF-8 \
    "$scratch/venv/bin/sandar" serve --example --port 0 --data-dir "$scratch/data" > "$scratch/ready" 2> "$scratch/log" &
server=$!
for _ in $(seq 1 600); do
    grep -q '^sandar: ready' "$scratch/ready" && break
    kill -0 "$server" 2> /dev/null || fail "sandar serve ended"
    sleep 0.1
done
address=$(sed -n 's/^sandar: ready //p' "$scratch/ready")
[ -n "$address" ] || fail "sandar serve never was ready"
"$scratch/venv/bin/python" - "$address" << 'PYTHON' || fail "answers"
import sys, urllib.request
for path in ("/health/live", "/health/ready", "/akun/login/"):
    with urllib.request.urlopen(sys.argv[1] + path, timeout=10) as answer:
        body = answer.read().decode()
        assert answer.status == 200, (path, answer.status)
import re
sheet = re.search(r'/static/tabler[^"]*\.css', body)
assert sheet, "the sign-in page names no style sheet"
with urllib.request.urlopen(sys.argv[1] + sheet.group(0), timeout=10) as answer:
    assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"], sheet
PYTHON
kill -TERM "$server"
wait "$server" || fail "the server did not end cleanly"
server=""
echo "wheel: ok, $(du -k "$wheel" | cut -f1) KiB"
