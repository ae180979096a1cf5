"""The image that a chip of the ESP32 family gets: from a file, or the one that maker keeps for its board.

Read and taken apart once for all boards of a run.
"""

from __future__ import annotations

import threading
from pathlib import Path

from makerlab.boards import boards
from makerlab.errors import FileProblem, MakerError, WrongBoard, system_reason
from makerlab.flash.esptool_adaptation import chips
from makerlab.flash.image import MAX_IMAGE_BYTES, EspImage, read_image
from makerlab.i18n import _


class EspFirmware:
    """What every such board of a run gets (esp32.Firmware): `image`, or without one that of its kind of board
    and `version` ("" for the newest). For several threads."""

    def __init__(self, image: Path | None = None, version: str = "") -> None:
        self.image = image
        self.version = version
        self._lock = threading.Lock()
        self._ready: dict[str, EspImage | MakerError] = {}

    def __reduce__(self) -> tuple[object, ...]:
        """To another process the names go; it reads the image itself."""
        return EspFirmware, (self.image, self.version)

    def check(self) -> None:
        """Read the image before any board is touched. Raises FileProblem or BadImage."""
        if self.image is not None:
            self._get("", "")

    def ready(self, chip: str, port: str) -> EspImage:
        """Raises FileProblem, BadImage, WrongBoard, and what ImageStore.read raises."""
        return self._get("" if self.image is not None else chip, port)

    def _get(self, chip: str, port: str) -> EspImage:
        with self._lock:
            if chip not in self._ready:
                try:
                    self._ready[chip] = self._read(chip, port)
                except MakerError as error:
                    self._ready[chip] = error
            found = self._ready[chip]
        if isinstance(found, MakerError):
            raise found
        return found

    def _read(self, chip: str, port: str) -> EspImage:
        if self.image is not None:
            try:
                with self.image.open("rb") as file:
                    data = file.read(MAX_IMAGE_BYTES + 1)
            except OSError as error:
                raise FileProblem(path=self.image, detail=system_reason(error)) from error
            return read_image(data, self.image.name, chips())
        from makerlab.firmware_images.store import ImageStore

        board = next((one for one in boards() if one.chip == chip), None)
        if board is None:
            meant = _(", ").join(one.shown_name for one in boards() if one.flash.method == "esptool")
            advice = _("Use an image file of this chip: --image FILE")
            raise WrongBoard(port=port, found=chip, meant=meant, advice=advice)
        image, data = ImageStore().read(board, self.version)
        return read_image(data, image.file, chips())
