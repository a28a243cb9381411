"""Imported first by the process that workers are forked from: Ctrl-C in the terminal is for the run, which ends it."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
