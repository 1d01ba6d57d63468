"""The newsletter: subscriptions with a confirmation by mail, issues written by editors, sending in small portions."""
