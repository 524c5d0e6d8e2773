"""A made-up appliance company whose customers, orders and troubles are known exactly.

Everything is a pure function of (seed, week): demo, calibration, back-tests and load tests share it.
"""
