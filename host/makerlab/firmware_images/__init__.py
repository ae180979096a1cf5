"""Firmware images on this computer: which there are, fetching, keeping and checking them, a bundle of all.

`store.ImageStore().read(board)` gives the bytes to flash. (`firmware/`, at the top of the project, is
something else: the programs that run on the boards.)
"""
