"""Fifty real processes take numbers at once, over a change of the year: unique, without gaps, of the right year."""

from __future__ import annotations

import pytest

from tests.race.crew import Crew

RACERS = 50


def test_fifty_papers_over_midnight_get_the_numbers_of_their_year(crew: Crew) -> None:
    cases = crew.alone("cases", count=1)
    each = [{"case_id": cases[0], "seconds": n % 4} for n in range(RACERS)]
    answers = crew.race("issue_papers", each)
    assert [a for a in answers if "won" not in a] == []
    for year in (2026, 2027):
        given = sorted(a["sequence"] for a in answers if a["year"] == year)
        assert given == list(range(1, len(given) + 1))
    assert len({a["won"] for a in answers}) == RACERS
    assert {a["year"] for a in answers} == {2026, 2027}
    assert crew.alone("paper_damages") == []


def test_acts_that_are_rolled_back_leave_no_gap(crew: Crew) -> None:
    cases = crew.alone("cases", count=1)
    each = [{"case_id": cases[0], "abort": n % 3 == 0} for n in range(RACERS)]
    won = [a for a in crew.race("issue_papers", each) if "won" in a]
    assert sorted(a["sequence"] for a in won) == list(range(1, len(won) + 1))
    assert crew.alone("paper_damages") == []


def test_the_order_of_numbers_is_the_order_of_commits(crew: Crew) -> None:
    cases = crew.alone("cases", count=1)
    crew.race("issue_papers", [{"case_id": cases[0]}] * 30)
    stored = crew.alone("numbers_of", year=2026)
    assert stored == sorted(stored)


def test_the_first_takers_of_a_new_book_agree_on_one_row(crew: Crew) -> None:
    answers = crew.race("first_of_a_book", [{"book": "buku baru"}] * 20)
    assert [a for a in answers if not isinstance(a, int)] == []
    assert sorted(answers) == list(range(1, 21))


@pytest.mark.postgres  # SQLite lets one writer in at a time, whatever the code
def test_twin_reading_the_last_number_loses_papers(crew: Crew) -> None:
    cases = crew.alone("cases", count=1)
    answers = crew.race("issue_by_reading_the_last", [{"case_id": cases[0]}] * RACERS)
    assert [a for a in answers if "lost" in a], "the race of the naive code was not seen"
