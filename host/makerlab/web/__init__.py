"""The page of `maker page`: live curves, recordings, sharing; served on this computer."""
