print("simscope")
