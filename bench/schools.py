"""The public search of medical schools, beside a bare statement that looks for the same letters."""

import inspect
import time
from contextlib import closing
from itertools import cycle, islice

import psycopg2
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from bench.browser import UnexpectedAnswerError
from bench.figures import Figure, Limit, Target, p95
from bench.sizes import Sizes
from certification.rules.words import plain_text
from certification.views import schools
from sandbox.sample_data import load_many_schools

# Right, misspelled, common, a place, a mark, many words, and nothing at all.
WORDS = (
    "lagos",
    "hacetepe ankara",
    "university",
    "Univeristy of Ibdaan",
    "São Paolo",
    "medical",
    "xyzzyx",
    "st georges",
)
TARGET_MILLISECONDS = 100


def measure(database_url: str, sizes: Sizes) -> list[Figure]:
    """Return how long the page of the search takes among very many schools."""
    load_many_schools(sizes.schools)
    taken: dict[str, list[float]] = {"page": [], "bare": []}
    with closing(psycopg2.connect(database_url)) as bare, bare.cursor() as cursor:
        cursor.execute("ANALYZE certification_medicalschool, certification_schoolword")
        for words in islice(cycle(WORDS), len(WORDS) + sizes.searches):
            began = time.perf_counter()
            _look_at(words)
            shown = time.perf_counter()
            cursor.execute(
                "SELECT code, name, city, country FROM certification_medicalschool WHERE search_text LIKE %s LIMIT 25",
                [f"%{plain_text(words)}%"],
            )
            cursor.fetchall()
            taken["page"].append((shown - began) * 1000)
            taken["bare"].append((time.perf_counter() - shown) * 1000)
    # The first round loads templates and plans.
    page, bare_times = (values[len(WORDS) :] for values in taken.values())
    name = f"search among {sizes.schools:,} schools, p95"
    limit = Limit(p95(bare_times), "bare statement, p95")
    return [Figure(name, p95(page), "ms", limit, Target("<=", TARGET_MILLISECONDS, absolute=True))]


def _look_at(words: str) -> None:
    """Have the page made as for a visitor, without the limit of requests, which a benchmark would meet."""
    request = RequestFactory().get("/schools/", {"q": words})
    request.user, request.session = AnonymousUser(), SessionStore()
    answer = inspect.unwrap(schools.search)(request)
    if answer.status_code != 200 or b"<h1>Medical schools" not in answer.content:
        raise UnexpectedAnswerError(f"The search for {words!r} answered {answer.status_code}.")
