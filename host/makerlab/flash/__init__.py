"""Firmware onto boards: images and plans (pure), the flashing itself and the classroom run (edges)."""
