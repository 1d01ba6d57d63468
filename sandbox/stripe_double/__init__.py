"""A stand-in for Stripe on a laptop: Checkout, bank debits, refunds, disputes, events and signed webhooks.

Requests are checked with the TypedDicts of the installed Stripe SDK, so a parameter that the pinned API version does not
know is refused here exactly as it would be there. It speaks only to this machine and refuses live keys.
"""
