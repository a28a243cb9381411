"""Data that shift between where a model learned and where it is used: detect, weigh, correct (notebooks 01, 02)."""
