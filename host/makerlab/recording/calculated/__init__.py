"""What is calculated from measured rows: expressions, derived channels, calibration."""
