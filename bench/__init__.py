"""Benchmarks of the portal; every figure stands beside a limit measured in the same run."""
