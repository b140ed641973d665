"""Makes the .wav files in this folder with SciPy, Python's wave module and sox, and says what they hold.

Run: python make_wav.py   (needs scipy and sox)

expected.json says for each file its sample rate, its channels and the values, as SciPy reads them, divided by the largest
integer of their type and mixed down to their mean.
"""
import json
import pathlib
import subprocess
import wave

import numpy as np
import scipy
from scipy.io import wavfile

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(16)
expected = {}


def add(name, encoding, rate, stored, bits):
    values = stored.astype("f8") - (128 if bits == 8 else 0)
    values = values / 2.0 ** (bits - 1) if bits else values
    channels = 1 if values.ndim == 1 else values.shape[1]
    mono = values if channels == 1 else values.mean(axis=1)
    expected[name] = {
        "encoding": encoding,
        "sampleRate": rate,
        "channels": channels,
        "values": " ".join(repr(float(value)) for value in mono.astype("f4")),
    }


def integers(kind, count):
    limits = np.iinfo(kind)
    ends = np.array([limits.min, limits.max], dtype=kind)
    return np.concatenate([ends, random.integers(limits.min, limits.max, count, dtype=kind, endpoint=True)])


for name, encoding, rate, stored, bits in [
    ("u8.wav", "u8", 8000, integers("u1", 20), 8),
    ("s16.wav", "s16", 16000, integers("i2", 20), 16),
    ("s32.wav", "s32", 44100, integers("i4", 20), 32),
    ("f32.wav", "f32", 48000, random.uniform(-1.5, 1.5, 20).astype("f4"), 0),
    ("f64.wav", "f32", 48000, random.uniform(-1, 1, 20), 0),
    ("stereo.wav", "s16", 22050, integers("i2", 38).reshape(-1, 2), 16),
    ("six-channels.wav", "f32", 48000, random.uniform(-1, 1, (10, 6)).astype("f4"), 0),
]:
    wavfile.write(HERE / name, rate, stored)
    add(name, encoding, rate, stored, bits)

with wave.open(str(HERE / "s24.wav"), "wb") as file:
    file.setparams((1, 3, 16000, 0, "NONE", ""))
    file.writeframes(random.integers(0, 256, 63, dtype="u1").tobytes())

tone = ["synth", "0.005", "sine", "440", "sine", "880"]
subprocess.run(["sox", "-n", "-r", "16000", "-b", "24", "-c", "2", HERE / "extensible.wav", *tone], check=True)
piped = subprocess.run(
    ["sox", "-n", "-r", "16000", "-b", "16", "-c", "1", "-t", "wav", "-", *tone[:4]], check=True, capture_output=True
)
(HERE / "piped.wav").write_bytes(piped.stdout)

for name, encoding, bits in [("s24.wav", "s24", 32), ("extensible.wav", "s24", 32)]:
    rate, stored = wavfile.read(HERE / name)  # three bytes become the upper three of four
    add(name, encoding, rate, stored, bits)
# Its header states about 2 GiB: SciPy refuses it.
add("piped.wav", "s16", 16000, np.frombuffer(piped.stdout[44:], dtype="<i2"), 16)

result = {"made_with": f"scipy {scipy.__version__}", "files": expected}
(HERE / "expected.json").write_text(json.dumps(result, indent=1) + "\n")
print(len(expected), "files")
