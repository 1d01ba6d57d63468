"""Which words of the schools' names a misspelled word may mean.

PostgreSQL finds the words that share parts of three letters; of those, the ones count that differ in a letter or two,
where two neighbors that changed places are one difference (optimal string alignment).
"""

from collections.abc import Mapping, Sequence

from django.db import connection

_CANDIDATES = """
    SELECT typed.word, known.word FROM unnest(%(words)s) AS typed (word)
    CROSS JOIN LATERAL (
        SELECT w.word FROM certification_schoolword w
        WHERE strpos(w.word, typed.word) > 0
           OR (abs(length(w.word) - length(typed.word)) <= 2 AND similarity(w.word, typed.word) >= 0.14)
        ORDER BY strpos(w.word, typed.word) > 0 DESC, similarity(w.word, typed.word) DESC, w.word LIMIT 60) AS known
"""
_MOST_SPELLINGS = 4
# A short word with two differences is another word.
_LONG_WORD = 6
_SHORTEST_WORD = 3


def spellings(words: Sequence[str]) -> Mapping[str, list[str]]:
    """Return for each of `words` (plain text) the known spellings it may stand for: itself where it is part of one."""
    wanted = list(dict.fromkeys(words))
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"words": wanted})
        found = cursor.fetchall()
    return {word: _closest(word, [known for typed, known in found if typed == word]) for word in wanted}


def _closest(word: str, known: Sequence[str]) -> list[str]:
    if any(word in other for other in known):
        return [word]
    if len(word) < _SHORTEST_WORD:
        return []
    most = 2 if len(word) >= _LONG_WORD else 1
    distances = sorted((distance(word, other), other) for other in known)
    return [other for differences, other in distances if differences <= most][:_MOST_SPELLINGS]


def distance(one: str, other: str) -> int:
    """Return how many letters must be put in, taken out, replaced, or swapped with their neighbor."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, theirs in enumerate(other, 1):
            least = min(last[column] + 1, this[-1] + 1, last[column - 1] + (letter != theirs))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == theirs:
                least = min(least, before[column - 2] + 1)
            this.append(least)
        before, last = last, this
    return last[-1]
