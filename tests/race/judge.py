"""Judges a storm afterwards: was every refusal right, did every round have a winner where one fits?

An independent sequential model (truth.Books) is led through the rounds by what the racers were told. What was
refused must not fit beside everything that was there before the round and everything that came in it: then
nobody who could have been served was turned away, whatever the order in the round was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from tests.race.truth import Books, Take, World

ANSWERS = {"CAPACITY_TAKEN": 409, "CLAIM_CHANGED": 409, "HOST_IN_USE": 409, "NO_SUCH_SLOT": 422}


@dataclass
class Verdict:
    """What the storm showed."""

    claims: int = 0
    rounds: int = 0
    contested: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def judge(world: World, told: list[list[dict[str, Any]]]) -> Verdict:
    """told: what each racer wrote down."""
    by_round: dict[int, list[dict[str, Any]]] = {}
    for said in told:
        for entry in said:
            by_round.setdefault(entry["round"], []).append(entry)
    found, books = Verdict(rounds=len(by_round)), Books(world)
    for turn in sorted(by_round):
        _Round(turn, by_round[turn], books, found).judge()
    found.wrong += books.flaws()
    return found


@dataclass
class _Round:
    turn: int
    entries: list[dict[str, Any]]
    books: Books
    found: Verdict

    def judge(self) -> None:
        for entry in self.entries:
            self.found.answers["won" if "won" in entry else entry.get("lost", "broke")] += 1
            self.found.claims += entry["kind"] == "hold"
            if "won" not in entry and not _allowed(entry) and not self._outside(entry):
                self.wrong(f"{entry}")
        came = [
            Take(**take)
            for entry in self.entries
            if "won" in entry and entry["kind"] != "end"
            for take in entry["won"]
        ]
        ended = [
            pk
            for entry in self.entries
            if entry["kind"] == "end" and "won" in entry
            for pk in entry["won"]["ended"]
        ]
        self._losers(came, freed=bool(ended))
        self._go_on(came, ended)

    def _outside(self, entry: dict[str, Any]) -> bool:
        """A tall device that swaps with a low one at the top would stand outside: the right refusal."""
        heights = self.books.world.height
        return (entry.get("lost"), entry.get("status")) == ("PLACE_OUTSIDE_RACK", 422) and any(
            take["height"] and take["start"] + take["height"] > heights[take["place"]]
            for take in entry.get("takes", ())
        )

    def _losers(self, came: list[Take], *, freed: bool) -> None:
        holds = [entry for entry in self.entries if entry["kind"] == "hold"]
        lost = [entry for entry in holds if entry.get("lost") == "CAPACITY_TAKEN"]
        if not lost:
            return
        self.found.contested += 1
        before = self.books
        fullest = before.copy()
        for number, take in enumerate(came):
            fullest.add(replace(take, id=take.id if take.id not in fullest.takes else -1 - number))
        for entry in lost:
            take = Take(**entry["take"])
            if fullest.fits(take):
                self.wrong(f"refused although it fits: {entry}")
            if not entry["holder"] and not freed and Books(self.books.world).fits(replace(take, host=None)):
                self.wrong(f"nobody is named: {entry}")
        if not came and any(before.fits(Take(**entry["take"])) for entry in holds):
            self.wrong("nobody won although one fits")

    def _go_on(self, came: list[Take], ended: list[int]) -> None:
        for take in came:
            old = self.books.takes.get(take.id)
            if old is not None:
                self.books.drop(take.id)
            self.books.add(take)
            if old is not None and take.slots and old.place != take.place:
                self._follow(take)
        for pk in ended:
            self.books.drop(pk)
        for take in [take for take in self.books.takes.values() if take.host]:
            host = self.books.takes.get(take.host or 0)
            if host is not None and host.place != take.place:  # came before the host went, and went with it
                self._follow(host)

    def _follow(self, host: Take) -> None:
        for device in [take for take in self.books.takes.values() if take.host == host.id]:
            self.books.drop(device.id)
            self.books.add(replace(device, place=host.place))

    def wrong(self, text: str) -> None:
        self.found.wrong.append(f"round {self.turn}: {text}")


def _allowed(entry: dict[str, Any]) -> bool:
    """A refusal that this act may meet, with its status. A new claim never finds that it has changed."""
    code = entry.get("lost", "")
    if entry["kind"] == "hold" and code not in ("CAPACITY_TAKEN", "NO_SUCH_SLOT"):
        return False
    return code in ANSWERS and ANSWERS[code] == entry["status"]
