"""A sound for a lesson, drawn here: a desk telephone that rings three times."""

import io
import math
import wave

RATE = 8_000
RINGS, PAUSE, LENGTH = 3, 4.0, 1.0
"""Rings of a second, with four seconds between their beginnings' ends, as a Chinese exchange rings."""


def rings() -> bytes:
    """A WAV of three rings: two close tones in quick turns, as the bell of a desk telephone."""
    samples = bytearray()
    for _ring in range(RINGS):
        for place in range(int(LENGTH * RATE)):
            second = place / RATE
            tone = 720 if int(second * 20) % 2 else 580
            fade = min(1.0, second * 40, (LENGTH - second) * 40)
            samples.append(128 + round(70 * fade * math.sin(2 * math.pi * tone * second)))
        samples.extend([128] * int(PAUSE * RATE))
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(samples))
    return content.getvalue()
