"""The demonstration: one report, ordered over HTTP as a person does, from sign-in to the board's mailbox."""
