"""Is an SVG a plain drawing? Elements and attributes by allow-list: no script, no link, no picture, no entity."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

_ELEMENTS = frozenset(
    ("svg", "g", "defs", "title", "desc", "metadata", "path", "rect", "circle", "ellipse", "line", "polyline",
     "polygon", "linearGradient", "radialGradient", "stop", "clipPath")
)  # fmt: skip
_START = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<svg[\s>]", re.DOTALL)
_SVG = "{http://www.w3.org/2000/svg}"
_OUTSIDE = re.compile(r"url\(\s*[\"']?(?!#)|[a-z]+:|@|expression|\\\\", re.IGNORECASE)
MOST_NODES = 20_000


def is_svg(text: str) -> bool:
    """Does this text begin as an SVG file does (no document type, which no arms need)?"""
    return bool(_START.match(text))


def active_content(data: bytes) -> str | None:
    """Name what is more than a drawing: svg_entity, svg_element, svg_link, svg_script, unreadable; None for a drawing.

    Entities are refused by the text, before any parser sees them.
    """
    text = data.decode("utf-8-sig", "replace")
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL) or text.count("<") > MOST_NODES:
        return "svg_entity"
    try:
        root = ET.fromstring(text)  # noqa: S314 - no document type, so no entities; bounded above
    except ET.ParseError:
        return "unreadable"
    for node in root.iter():
        if node.tag.removeprefix(_SVG) not in _ELEMENTS:
            return "svg_element"
        for name, value in node.attrib.items():
            plain = name.rpartition("}")[2].lower()
            if plain.startswith("on"):
                return "svg_script"
            if plain in ("href", "src", "base") or (plain != "style" and _OUTSIDE.search(value)) or (
                plain == "style" and _OUTSIDE.search(re.sub(r"[a-z-]+:", "", value, flags=re.IGNORECASE))
            ):  # fmt: skip
                return "svg_link"
    return None
