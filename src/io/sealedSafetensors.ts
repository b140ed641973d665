/**
 * Safetensors files with a seal: the metadata holds a checksum of the whole file, header included. A file in which a
 * single bit was changed is refused. Other readers of safetensors see one more entry. Read safetensors.ts first.
 */

import { crc32 } from './crc32.ts';
import { FormatError } from './errors.ts';
import { shown } from './json.ts';
import {
  type NamedTensor,
  readSafetensors,
  type SafetensorsContents,
  writeSafetensors,
} from './safetensors.ts';

/** The kind of a file, and the version of its format. */
export interface Kind {
  /** The metadata's `format`, such as `isthmus`. */
  readonly format: string;
  /** For messages, such as `model`. */
  readonly noun: string;
  /** The metadata's `version`. */
  readonly version: number;
}

/** The metadata stands first in the header, and the checksum first in the metadata: always in the same place. */
const BEFORE_CHECKSUM = '{"__metadata__":{"checksum":"';
const CHECKSUM_START = 8 + BEFORE_CHECKSUM.length;
/** Stands in the checksum's place while it is computed. */
const UNKNOWN = '00000000';

/** The same arguments give the same bytes. */
export function writeSealed(
  { format, version }: Kind,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const head = { checksum: UNKNOWN, format, version: String(version) };
  const file = writeSafetensors(tensors, { ...head, ...metadata });
  file.set(new TextEncoder().encode(checksumOf(file)), CHECKSUM_START);
  return file;
}

/**
 * @throws {FormatError} If the bytes are not a safetensors file, are of another kind or version, or were changed.
 */
export function readSealed({ format, noun, version }: Kind, bytes: Uint8Array): SafetensorsContents {
  const contents = readSafetensors(bytes);
  const { metadata } = contents;
  if (metadata.format !== format) {
    throw new FormatError(
      `the file is not an isthmus ${noun}: the format in its metadata is ${shown(metadata.format)}, expected "${format}".`,
    );
  }
  if (metadata.version !== String(version)) {
    const isLater = Number(metadata.version) > version;
    throw new FormatError(
      `the ${noun} has format version ${word(metadata.version)}, expected ${version}${isLater ? ': a later isthmus wrote it' : ''}.`,
    );
  }
  const isSealed = new TextDecoder().decode(bytes.subarray(8, CHECKSUM_START)) === BEFORE_CHECKSUM;
  if (!isSealed || metadata.checksum !== checksumOf(bytes)) {
    throw new FormatError(`the ${noun} is damaged: its checksum is not that of its contents.`);
  }
  return contents;
}

/** For messages: numbers as they are, other text in quotes. */
function word(text: string | undefined): string {
  return text !== undefined && /^\d{1,16}$/.test(text) ? text : shown(text);
}

/** CRC-32 of the file with zeros in the checksum's place, as 8 hexadecimal digits. */
function checksumOf(file: Uint8Array): string {
  const end = CHECKSUM_START + UNKNOWN.length;
  const before = crc32(file.subarray(0, CHECKSUM_START));
  const crc = crc32(file.subarray(end), crc32(new TextEncoder().encode(UNKNOWN), before));
  return crc.toString(16).padStart(UNKNOWN.length, '0');
}
