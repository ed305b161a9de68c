// Encodes sound as WAV with the quality of a telephone line: 8 kHz, 16 bit, mono.
const RATE = 8000;

function encode(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, i) => view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

// Synthetic speech of the given number of seconds: a varying pitch with overtones and a syllable-like envelope.
export function murmurWav(seconds) {
  const sample = (_, n) => {
    const at = n / RATE;
    const pitch = 2 * Math.PI * (130 * at + 4 * Math.sin(at * 5));
    let sum = 0;
    for (let overtone = 1; overtone < 8; overtone += 1) sum += Math.sin(pitch * overtone) / overtone;
    return 0.25 * sum * Math.sin(2 * Math.PI * 1.8 * at) ** 2;
  };
  return encode(Float32Array.from({ length: RATE * seconds }, sample));
}

// Records until the returned function is called, which returns the WAV.
export async function recordWav() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  return async () => {
    recorder.stop();
    await stopped;
    stream.getTracks().forEach((track) => track.stop());
    const decoded = await new AudioContext().decodeAudioData(await new Blob(parts).arrayBuffer());
    const offline = new OfflineAudioContext(1, Math.max(1, Math.ceil(decoded.duration * RATE)), RATE);
    const player = offline.createBufferSource();
    player.buffer = decoded;
    player.connect(offline.destination);
    player.start();
    return encode((await offline.startRendering()).getChannelData(0));
  };
}
