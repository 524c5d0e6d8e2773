"""Rehearsal: loops in which nothing works are played through alarm, action and verification, and counted."""
