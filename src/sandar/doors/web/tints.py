"""What the colours of an elevation stand for: state, agency or power feed. Colour never speaks alone: see legend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from sandar.doors.web import labels
from sandar.records.ledger.read import Block

STATE, AGENCY, POWER = "keadaan", "instansi", "daya"
MODES = (STATE, AGENCY, POWER)
HUES = 8  # .c0 to .c7 of drawing.css
STATES = ("installed", "reserved", "held", "blocked")
Tint = Callable[[Block], str]


def mode_of(text: str | None) -> str:
    """The mode of the address; anything else is by state."""
    return text if text in MODES else STATE


def words() -> list[tuple[str, str]]:
    """The modes as they are offered: (code, word)."""
    return [(STATE, _("Keadaan")), (AGENCY, _("Instansi")), (POWER, _("Jalur daya"))]


def hues(blocks: Iterable[Block]) -> dict[int, int]:
    """Agency -> hue. The same hue in every rack while no two agencies of a rack want the same."""
    found: dict[int, int] = {}
    for agency in sorted({block.agency_id for block in blocks if block.agency_id is not None}):
        taken = set(found.values())
        wanted = [(agency + step) % HUES for step in range(HUES)]
        found[agency] = next((hue for hue in wanted if hue not in taken), wanted[0])
    return found


def tint(blocks: Sequence[Block], mode: str) -> Tint | None:
    """The class of a block's colour beside that of its state; None where the state is the colour."""
    if mode == POWER:
        return lambda block: f" p-{block.cords.lower() if block.watts and block.cords else 'none'}"
    if mode == AGENCY:
        known = hues(blocks)
        return lambda block: " c-none" if block.agency_id is None else f" c{known[block.agency_id]}"
    return None


def legend(blocks: Sequence[Block], mode: str, *, asked: bool = False) -> list[tuple[str, str, str]]:
    """(class of the swatch, state whose pattern it shows, word) for everything that is drawn."""
    found: list[tuple[str, str, str]] = []
    if mode == AGENCY:
        names = {block.agency_id: block.agency or "" for block in blocks if block.agency_id is not None}
        known = hues(blocks)
        found = [
            (f"is-installed c{known[pk]}", "", name) for pk, name in sorted(names.items(), key=lambda o: o[1])
        ]
        if any(block.agency_id is None for block in blocks):
            found.append(("is-installed c-none", "", _("tanpa instansi")))
    elif mode == POWER:
        offered = (
            ("p-ab", _("A dan B")),
            ("p-a", _("hanya A")),
            ("p-b", _("hanya B")),
            ("p-none", _("tanpa daya")),
        )
        found = [(f"is-installed {name}", "", word) for name, word in offered]
    states = STATES if mode == STATE else ("reserved", "held")
    found += [(f"is-{state}", state, labels.label(labels.CLAIMS, state)) for state in states]
    if asked:
        found.append(("is-asked", "", _("tempat yang diminta")))
    return found
