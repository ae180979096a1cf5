"""Who is who: names that boards have in a classroom ("第3组-1"), kept under what never changes about one."""
