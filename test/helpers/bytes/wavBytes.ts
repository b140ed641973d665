/** Writes WAV files chunk by chunk, independently of src/io/sound: any format, order, length, any mistake. */

export interface WavChunk {
  readonly id: string;
  readonly body: Uint8Array;
  /** What the chunk says, if not the length of its body. */
  readonly length?: number;
}

export interface WavFormat {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly bits?: number;
  /** Default: that of all channels. */
  readonly blockLength?: number;
}

export function wavFile(chunks: readonly WavChunk[], { outer = 'RIFF', length = -1 } = {}): Uint8Array {
  const parts = chunks.map(({ id, body, length: said = body.length }) => [
    ...letters(id),
    ...little(said, 4),
    ...body,
    ...(body.length % 2 ? [0] : []),
  ]);
  const all = [...letters('WAVE'), ...parts.flat()];
  return Uint8Array.from([...letters(outer), ...little(length < 0 ? all.length : length, 4), ...all]);
}

export function fmtChunk(format: WavFormat = {}, extra: readonly number[] = []): WavChunk {
  const { tag = 1, channels = 1, sampleRate = 16000, bits = 16 } = format;
  const { blockLength = (channels * bits) / 8 } = format;
  const body = [
    ...little(tag, 2),
    ...little(channels, 2),
    ...little(sampleRate, 4),
    ...little(sampleRate * blockLength, 4),
    ...little(blockLength, 2),
    ...little(bits, 2),
    ...extra,
  ];
  return { id: 'fmt ', body: Uint8Array.from(body) };
}

export function dataChunk(bytes: readonly number[], length = bytes.length): WavChunk {
  return { id: 'data', body: Uint8Array.from(bytes), length };
}

/** A number's bytes, the lowest first. */
export function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
