"""What can be done with fees, orders, payments, refunds and the ledger.

Lock order in every transaction: Order, then Payment, then Refund, then ledger accounts (see `ledger`). Whoever needs more
rows of other apps, such as report requests, takes them after these.
"""
