TEXT = """\
Welcome to MicroPython on a virtual ESP32! 欢迎使用虚拟 ESP32 上的 MicroPython！

What its sensors see is made up; everything else is as on a real board. There is no network.
传感器看到的数据是模拟的，其他都和真的开发板一样。没有网络。

    from machine import Pin, ADC
    led = Pin(2, Pin.OUT)
    led.on()
    light = ADC(Pin(34), atten=ADC.ATTN_11DB)
    light.read_uv()

Control commands:
  CTRL-A        -- on a blank line, enter raw REPL mode
  CTRL-B        -- on a blank line, enter normal REPL mode
  CTRL-C        -- interrupt a running program
  CTRL-D        -- on a blank line, do a soft reset of the board
  CTRL-E        -- on a blank line, enter paste mode

For further help on a specific object, type help(obj)
For a list of available modules, type help('modules')"""
