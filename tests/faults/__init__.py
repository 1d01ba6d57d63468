"""Faults: real processes are killed, real servers stopped; nothing may be lost, sent unpaid, or sent elsewhere."""
