"""`python -m sandbox.sample_data`: loads the sample data into the database of the environment."""

import argparse
import os
import sys

import django

from sandbox.sample_data import DEMO_PASSWORD, load_many, load_people, load_reference_data


def main() -> int:
    """Load reference data and people, and with `--many` as many made-up physicians as asked. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.sample_data", description=__doc__)
    parser.add_argument("--password", default=DEMO_PASSWORD, help="of every account that is made")
    parser.add_argument("--many", type=int, default=0, help="physicians to make up for benchmarks")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    load_reference_data()
    load_people(options.password)
    if options.many:
        load_many(options.many, password=options.password)
    return 0


if __name__ == "__main__":
    sys.exit(main())
