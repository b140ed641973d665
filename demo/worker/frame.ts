/**
 * Moves a drawing to where the data has its pictures. Written digits lie in a frame: in MNIST a box of 20×20 pixels, their
 * centre of mass in the middle of 28×28 (LeCun, Bottou, Bengio & Haffner, Proc. IEEE 86(11), 1998, section III.A). A network
 * that has seen only such digits can't know one that is written small in a corner.
 */

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Of 28 pixels: a frame of 4 on each side. */
const FRAME_SHARE = 1 / 7;
/** Below this mean a frame counts as empty. */
const EMPTY = 0.02;
/** Below this a pixel has no ink. */
const FAINT = 0.1;

/** Whether the pictures leave a frame empty, as written digits do. */
export function isFramed(pictures: Float32Array, { height, width }: Size): boolean {
  const [rows, columns] = [height, width].map((length) => Math.floor(length * FRAME_SHARE));
  let sum = 0;
  let count = 0;
  for (let i = 0; i < pictures.length; i++) {
    const row = Math.floor(i / width) % height;
    const column = i % width;
    if (row >= rows && row < height - rows && column >= columns && column < width - columns) continue;
    sum += pictures[i];
    count++;
  }
  return rows > 0 && columns > 0 && sum / count < EMPTY;
}

/** The drawing, scaled so that it fills the box inside of the frame, its centre of mass in the middle. */
export function moveIntoFrame(drawing: Float32Array, { height, width }: Size): Float32Array {
  let [top, left, bottom, right] = [height, width, -1, -1];
  let [mass, massY, massX] = [0, 0, 0];
  drawing.forEach((value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    mass += value;
    massY += value * row;
    massX += value * column;
    if (value < FAINT) return;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  });
  if (bottom < 0) return drawing;
  const box = Math.min(height, width) * (1 - 2 * FRAME_SHARE);
  const scale = Math.max(bottom - top + 1, right - left + 1) / box; // pixels of the drawing in one of the result
  const [centreY, centreX] = [massY / mass, massX / mass];
  return drawing.map((_, i) => {
    const y = centreY + (Math.floor(i / width) - (height - 1) / 2) * scale;
    const x = centreX + ((i % width) - (width - 1) / 2) * scale;
    return brightnessAt(drawing, { height, width }, y, x);
  });
}

/** Between pixels, bilinear; 0 outside. */
function brightnessAt(picture: Float32Array, { height, width }: Size, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [dy, dx] = [y - row, x - column];
  const at = (r: number, c: number) =>
    r < 0 || c < 0 || r >= height || c >= width ? 0 : picture[r * width + c];
  const above = at(row, column) * (1 - dx) + at(row, column + 1) * dx;
  const below = at(row + 1, column) * (1 - dx) + at(row + 1, column + 1) * dx;
  return above * (1 - dy) + below * dy;
}
