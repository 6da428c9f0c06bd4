"""Watching ourselves: the numbers of this process and of its site."""

from .collecting import collect


__all__ = ["collect"]
