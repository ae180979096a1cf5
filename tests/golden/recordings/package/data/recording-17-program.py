print("茶")
