"""What one racer does. Each job returns JSON: {"won": ...}, {"lost": code, facts} or a plain value."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from django.db import connection, models, transaction

from sandar.errors import SandarError
from sandar.records.assets.models import AssetAddress
from sandar.records.ledger import engine, read, sql, write
from sandar.records.ledger.models import LIVE, Cell, Claim, Pool
from tests.race.act_jobs import (  # noqa: F401 - by name
    after_the_rounds,
    anchor,
    ask_about,
    ask_for_service,
    cases_to_press,
    flaws,
    numbers_of_cases,
    of_the_case,
    office_and_asset,
    office_and_case,
    press,
    press_and_read,
    press_with_key,
    press_without_the_version,
    write_lines,
)
from tests.race.address_jobs import (  # noqa: F401 - by name
    address_after,
    another_for_the_address,
    office_for_the_address,
    take_address,
)
from tests.race.archive_jobs import (  # noqa: F401 - by name
    another_over,
    archive_over,
    decide_destruction,
    destructions,
    propose_destruction,
)
from tests.race.authority_jobs import act_or_end, acts_of  # noqa: F401 - by name
from tests.race.correction_jobs import (  # noqa: F401 - by name
    another_on_its_way_out,
    another_with_correction,
    correct_or_take_out,
    corrections_after,
    decide_correction,
    line_after,
    line_on_its_way_out,
    office_with_correction,
    propose_correction,
)
from tests.race.escalation_jobs import (  # noqa: F401 - by name
    escalate,
    forget_the_claim,
    office_with_late_case,
    what_was_told,
)
from tests.race.expiry_jobs import another_case, boundary, fate, office_with_case  # noqa: F401 - by name
from tests.race.facility_jobs import not_carried, rebuild_or_fill  # noqa: F401 - by name
from tests.race.item_jobs import (  # noqa: F401 - by name
    another_with_items,
    another_with_more_to_come,
    bring_more,
    bring_or_withdraw,
    deliveries_after,
    hand_over_one,
    items_after,
    office_with_items,
    office_with_more_to_come,
)
from tests.race.paper_jobs import (  # noqa: F401 - jobs are called by name
    first_of_a_book,
    issue_by_reading_the_last,
    issue_papers,
    numbers_of,
    paper_damages,
)
from tests.race.picture_jobs import find_again, write_and_compare  # noqa: F401 - by name
from tests.race.signing_jobs import lying_acts, signing_case  # noqa: F401 - by name
from tests.race.storm_jobs import (  # noqa: F401 - jobs are called by name
    build_storm,
    plain_rows,
    release_everything,
    storm_racer,
    true_flaws,
)
from tests.race.waiting_jobs import (  # noqa: F401 - jobs are called by name
    after_the_offers,
    die_while_offering,
    look_at_the_list,
    office_with_queue,
    take_it_first,
)
from tests.records.ledger_world import AT, LATER, hosting, make_case, make_world, spec


def warm_up() -> None:
    """Everything that is slow only once: the driver, the first queries. Leaves no row and no connection."""
    with transaction.atomic():
        make_world(racks=1)
        _said(lambda: write.hold(spec(case_id=make_case().pk, item_no=1), at=AT, by=None, expires_at=LATER))
        _said(lambda: write.hold(spec(), at=AT, by=None, expires_at=LATER))
        read.recount()
        transaction.set_rollback(True)
    connection.close()


def build(**figures: Any) -> None:
    """The small data centre."""
    make_world(**figures)


def cases(count: int) -> list[int]:
    """That many bare cases."""
    return [make_case(f"PMH/{n:03}").pk for n in range(1, count + 1)]


def hold(*, app: bool = False, **wish: Any) -> dict[str, Any]:
    """Ask once for a place."""
    wanted = hosting(**wish) if app else spec(**wish)
    return _said(lambda: write.hold(wanted, at=AT, by=None, expires_at=LATER).pk)


def hold_all(racks: list[str], **wish: Any) -> dict[str, Any]:
    """Ask for one place in each rack, in this order, together."""
    wanted = [spec(rack, **wish) for rack in racks]
    return _said(lambda: [claim.pk for claim in write.hold_all(wanted, at=AT, by=None, expires_at=None)])


def hold_without_condition(**wish: Any) -> dict[str, Any]:
    """The planted bug: the pool update no longer looks at the limit."""
    sql.POOL_UPDATE = sql.POOL_UPDATE.replace("(d.column6 <= 0 OR", "(d.column6 IS NOT NULL OR")
    return hold(**wish)


def hold_without_looking(**wish: Any) -> dict[str, Any]:
    """Ask once, without a look at the masks first: only the unique cells are in the way."""
    engine._Batch.seems_taken = lambda batch: False  # type: ignore[method-assign]
    return hold(**wish)


def decide(claim_id: int, verb: str) -> dict[str, Any]:
    """Convert, release or expire one hold, as it was seen before the race."""
    seen = Claim(**Claim.objects.values().get(pk=claim_id))
    if verb == "expire":
        return _said(lambda: [claim.pk for claim in write.expire(LATER)])
    return _said(lambda: getattr(write, verb)(seen, at=AT, by=None).pk)


def drop(constraint: str) -> None:
    """Take one constraint out of the database: the twin of a test must then fail."""
    owner: dict[str, type[models.Model]] = {
        "cell_has_one_owner": Cell,
        "pool_is_never_overdrawn": Pool,
        "address_has_one_owner": AssetAddress,
    }
    model = owner[constraint]
    (found,) = [c for c in model._meta.constraints if c.name == constraint]
    # SQLite builds the table anew from the model, so the model must forget the constraint first.
    model._meta.constraints = [c for c in model._meta.constraints if c is not found]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, found)


def recount() -> list[dict[str, str]]:
    """The independent recount."""
    return [asdict(found) for found in read.recount()]


def live() -> list[int]:
    """The ids of the live claims."""
    return list(Claim.objects.filter(state__in=LIVE).order_by("pk").values_list("pk", flat=True))


def storm(seed: int, acts: int, racks: int) -> dict[str, int]:
    """Many random acts on few places: counts of what was won and lost."""
    chance = random.Random(seed)
    said: dict[str, int] = {}
    for _ in range(acts):
        answer = _said(_random_act(chance, racks))
        word = "won" if "won" in answer else str(answer["lost"])
        said[word] = said.get(word, 0) + 1
    return said


def _random_act(chance: random.Random, racks: int) -> Callable[[], Any]:
    kind = chance.choice(
        ["hold", "hold", "hold", "move", "reserve", "install", "release", "expire", "app", "two"]
    )
    rack = f"R{chance.randint(1, racks)}"
    wish: dict[str, Any] = {
        "u": chance.choice([1, 1.5, 2, 3, 4, 5, 6]),
        "h": chance.choice([0.5, 1, 2, 3]),
        "face": chance.choice(["front", "rear", "full"]),
        "watts": chance.choice([50, 300, 900]),
        "cords": chance.choice(["A", "B", "AB"]),
        "bandwidth_mbps": chance.choice([0, 40]),
    }
    if kind == "hold":
        return lambda: write.hold(spec(rack, **wish), at=AT, by=None, expires_at=chance.choice([AT, LATER]))
    if kind == "app":
        return lambda: write.hold(hosting(vcpu=3), at=AT, by=None, expires_at=None)
    if kind == "expire":
        return lambda: write.expire(AT)
    if kind == "two":
        two = [spec(name, **wish) for name in chance.sample([f"R{n}" for n in range(1, racks + 1)], 2)]
        return lambda: write.hold_all(two, at=AT, by=None, expires_at=None)
    return lambda: _on_some_claim(chance, kind, rack)


def _on_some_claim(chance: random.Random, kind: str, rack: str) -> object:
    rows = list(Claim.objects.filter(state__in=LIVE, rack__isnull=False))
    if not rows:
        return None
    claim = chance.choice(rows)
    if kind != "move":
        return getattr(write, kind)(claim, at=AT, by=None)
    to = replace(spec(rack), demand=write.spec_of(claim).demand, height=claim.height, face=claim.face)
    return write.resize(claim, replace(to, start=chance.randint(0, 8)), at=AT, by=None)


def _said(verb: Callable[[], Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code, "status": refusal.status, **refusal.facts}


def either(job: str, **args: Any) -> Any:
    """Different racers at once, by name."""
    return globals()[job](**args)
