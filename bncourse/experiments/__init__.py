"""Runs that measure: seeds in, arrays and plain numbers out; nothing is drawn here."""
