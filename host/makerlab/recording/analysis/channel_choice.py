"""The channels of a recording as a person names and reads them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from makerlab.errors import UsageProblem
from makerlab.i18n import N_, _, pick
from makerlab.recording.about import Recording
from makerlab.recording.units import heading
from makerlab.wire.events import Channel


class NoSuchChannel(UsageProblem):
    what = N_("Recording {id} has no channel {name}.")
    todo = N_("Its channels: {channels}.")


class SeveralChannels(UsageProblem):
    what = N_("Recording {id} has several channels: {channels}.")
    todo = N_("Say which one: --channel {example}")


def title_of(recording: Recording, name: str) -> str:
    """A channel's title in the language in use; its name if it has none."""
    return pick(dict(recording.about.channel_titles.get(name, {}))) or name


def heading_of(recording: Recording, channel: Channel) -> str:
    """Its title with its unit: "Temperature (°C)"."""
    return heading(title_of(recording, channel.name), channel.unit)


def name_of(recording: Recording) -> str:
    """What a recording is called among others: its title, and whose board it was."""
    return _(" · ").join(part for part in (recording.about.title, recording.about.label) if part)


def chosen(recording: Recording, names: Sequence[str]) -> list[Channel]:
    """The channels that `names` mean, by name or title; all if there are none. Raises NoSuchChannel."""
    if not names:
        return list(recording.channels)
    return [_channel(recording, name) for name in names]


def the_one(recording: Recording, name: str) -> Channel:
    """The channel that `name` means, "" for the only one. Raises NoSuchChannel or SeveralChannels."""
    if name:
        return _channel(recording, name)
    if len(recording.channels) != 1:
        titles = _shown(recording, recording.channels)
        raise SeveralChannels(id=recording.id, channels=titles, example=recording.channels[0].name)
    return recording.channels[0]


def _channel(recording: Recording, name: str) -> Channel:
    wanted = name.strip().casefold()
    for channel in recording.channels:
        titles = recording.about.channel_titles.get(channel.name, {}).values()
        if wanted in (channel.name.casefold(), *(title.casefold() for title in titles)):
            return channel
    raise NoSuchChannel(id=recording.id, name=name, channels=_shown(recording, recording.channels))


def _shown(recording: Recording, channels: Iterable[Channel]) -> str:
    return _(", ").join(
        channel.name
        if (title := title_of(recording, channel.name)) == channel.name
        else f"{channel.name} {title}"
        for channel in channels
    )
