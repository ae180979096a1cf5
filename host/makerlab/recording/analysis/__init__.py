"""What can be found out from columns of numbers: figures, smoothed and thinned curves, comparisons, fits.

Pure, on numpy arrays: times in seconds, values in the channel's unit, NaN where a value could not be read.
Numpy takes 0.2 s to import: commands import these modules when they need them, not before.
"""
