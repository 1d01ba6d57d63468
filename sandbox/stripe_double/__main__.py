"""Run the Stripe double: `python -m sandbox.stripe_double --port 12111`."""

import argparse
import asyncio
import sys

from sandbox.stripe_double.objects import create_webhook_endpoint
from sandbox.stripe_double.server import serve
from sandbox.stripe_double.world import Options, World


def main() -> None:
    """Read the command line and serve until told to stop."""
    options = _arguments().parse_args()
    if bool(options.webhook_url) != bool(options.webhook_secret):
        sys.exit("--webhook-url and --webhook-secret belong together")
    world = World(initial_options=Options(options.late_fees, options.auto_settle_seconds))
    if options.webhook_url:
        params = {"url": options.webhook_url, "enabled_events": ["*"]}
        create_webhook_endpoint(world, params, secret=options.webhook_secret)
    asyncio.run(serve(world, options.port))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe_double", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="0 chooses a free one")
    parser.add_argument("--webhook-url", help="where to send all events from the start")
    parser.add_argument("--webhook-secret", help="its signing secret, whsec_…")
    parser.add_argument("--late-fees", action="store_true", help="balance transactions come after the charge")
    parser.add_argument("--auto-settle-seconds", type=float, help="bank debits end by themselves after so long")
    return parser


if __name__ == "__main__":
    main()
