TEXT = """\
Welcome to MicroPython on a virtual micro:bit V2! 欢迎使用虚拟 micro:bit V2 上的 MicroPython！

What its sensors see is made up, nobody hears it and no other micro:bit is near.
传感器看到的数据是模拟的；它发不出声音，附近也没有别的 micro:bit。

    display.scroll('Hello')
    running_time()
    sleep(1000)
    button_a.is_pressed()

Control commands:
  CTRL-C        -- stop a running program
  CTRL-D        -- on a blank line, do a soft reset of the micro:bit
  CTRL-E        -- enter paste mode, turning off auto-indent

For further help on a specific object, type help(obj)
For a list of available modules, type help('modules')"""
