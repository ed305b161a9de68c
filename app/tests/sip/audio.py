"""Checks that audio arrived: tones by their frequency, speech by its envelope."""
import math
import subprocess
import wave
from array import array


def samples(path):
    with wave.open(str(path)) as file:
        assert file.getframerate() == 8000 and file.getsampwidth() == 2, path
        return array("h", file.readframes(file.getnframes()))


def make_tone(path, hertz, seconds=60):
    with wave.open(str(path), "w") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        one = array("h", (int(8000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(8000)))
        file.writeframes(one.tobytes() * seconds)


def make_speech(path, text, law=True):
    """Speech that sipp can stream (µ-law without a header), or that a recording is compared with."""
    raw = str(path) + ".raw.wav"
    subprocess.run(["espeak-ng", "-w", raw, text], check=True)
    coding = ["-t", "ul"] if law else ["-b", "16"]
    subprocess.run(["sox", raw, *coding, "-r", "8000", "-c", "1", str(path)], check=True)


def strength(some, hertz):
    """Goertzel's algorithm: the share of the energy at that frequency, from 0 to 1."""
    energy = sum(sample * sample for sample in some)
    if energy < len(some) * 100:
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hertz / 8000)
    before, last = 0.0, 0.0
    for sample in some:
        before, last = last, sample + factor * last - before
    power = before * before + last * last - factor * before * last
    return 2 * power / (len(some) * energy)


def seconds_of_tone(path, hertz):
    """How long a tone lasts, counted in half seconds."""
    all_samples = samples(path)
    blocks = [all_samples[n:n + 4000] for n in range(0, len(all_samples) - 3999, 4000)]
    return sum(strength(block, hertz) > 0.8 for block in blocks) / 2


def outline(some, width=160):
    return [math.sqrt(sum(s * s for s in some[n:n + width]) / width) for n in range(0, len(some) - width + 1, width)]


def likeness(recorded, source):
    """The correlation of two envelopes at the best shift, from -1 to 1."""
    one, other = outline(recorded), outline(source)
    best = -1.0
    for shift in range(-50, 151):
        pairs = [(one[n + shift], other[n]) for n in range(len(other)) if 0 <= n + shift < len(one)]
        if len(pairs) < len(other) * 0.7:
            continue
        mean = [sum(column) / len(pairs) for column in zip(*pairs)]
        cov = sum((a - mean[0]) * (b - mean[1]) for a, b in pairs)
        norm = math.sqrt(sum((a - mean[0]) ** 2 for a, _ in pairs) * sum((b - mean[1]) ** 2 for _, b in pairs))
        best = max(best, cov / norm if norm else -1.0)
    return best
