"""The SMTP mailbox: accepts all mail of a laptop, sends none of it on, shows it on a page, and fails on request."""
