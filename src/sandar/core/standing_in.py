"""Who stands in where nobody holds a role: whoever is next above on the ladder of the office, for as long as it lasts.

A superior may take over what a subordinate's post leaves undone without a letter of assignment (UU 30/2014, Pasal 14:
whoever gives a mandate may take it back). It is derived anew for every act and page, never stored: on the day the
post is held again by somebody who is present, it is over. ADR 0011.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sandar.core.authority import FIELDS, SERVICES_OF, Grant, Scope

# Whose tasks come to whom when the post is empty; the head of the office is the last.
SUPERIOR = {
    "dc_operator": "administrator",
    "inspector": "administrator",
    "administrator": "supervisor",
    "supervisor": "division_head",
    "division_head": "office_head",
}
LEADING = frozenset(SUPERIOR.values())
_ELSEWHERE = "\0"  # a site that no grant names, as most sites of most offices


def ladder(role: str) -> tuple[str, ...]:
    """The roles above `role`, nearest first; () for the head of the office and for roles outside the ladder."""
    found: list[str] = []
    while role in SUPERIOR:
        role = SUPERIOR[role]
        found.append(role)
    return tuple(found)


def acting_role(role: str, scope: Scope, present: Iterable[Grant]) -> str | None:
    """The role whose holders act as `role` on a case of this scope: itself, or the first above it that is held.

    present: grants in force of everybody who is there today. None: nobody up to the head of the office.
    """
    held = {grant.role for grant in present if grant.covers(scope)}
    return next((one for one in (role, *ladder(role)) if one in held), None)


def stand_ins(own: Iterable[Grant], present: Iterable[Grant]) -> list[Grant]:
    """What one person may do beside the own grants, because nobody who should is there.

    own: the person's grants in force. present: those of everybody who is there today, the person among them.
    One grant of kind "superior" for each role, field and site that is left to the person; fields and sites are merged
    where all of them are. Where a role is held at some sites only, one more for whatever other site there is.
    """
    everybody = list(present)
    sites = tuple(sorted({grant.site for grant in everybody if grant.site}))
    found: list[Grant] = []
    for mine in own:
        for role in (one for one in SUPERIOR if mine.role in ladder(one)):
            for field, site in _merged(_left_to(mine, role, everybody)):
                given = replace(
                    mine, role=role, kind="superior", mandate="", acting_for=None, field=field, site=site
                )
                if site == _ELSEWHERE:
                    given = replace(given, site="", but_sites=sites)
                if given not in found:
                    found.append(given)
    return found


def _left_to(mine: Grant, role: str, present: list[Grant]) -> set[tuple[str, str]]:
    """The (field, site) of `mine` in which `role` has come up to it; site "" = wherever nothing else is said."""
    sites = {mine.site} if mine.site else {"", _ELSEWHERE, *(grant.site for grant in present)}
    fields = [mine.field] if mine.field else list(FIELDS)
    return {
        (field, site)
        for field in fields
        for site in sites
        if acting_role(role, Scope(SERVICES_OF[field][0], site), present) == mine.role
    }


def _merged(cells: set[tuple[str, str]]) -> list[tuple[str, str]]:
    whole = {field for field, site in cells if not site}  # nobody anywhere: every site of the field
    kept = {(field, "" if field in whole else site) for field, site in cells}
    both = {site for _, site in kept if {(field, site) for field in FIELDS} <= kept}
    return sorted({("" if site in both else field, site) for field, site in kept})
