# import love: a heart that beats.

from microbit import Image, display, sleep


def badaboom():
    for _ in range(3):
        display.show(Image.HEART_SMALL)
        sleep(300)
        display.show(Image.HEART)
        sleep(300)


badaboom()
