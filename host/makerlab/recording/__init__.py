"""What was measured, kept: tables that open in Excel, WPS, Numbers and pandas as they are."""
