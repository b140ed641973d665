/**
 * Letters of 5 by 7 dots, for pictures that are drawn pixel by pixel. A letter is seven digits in base 32, one for each row
 * from the top: the five bits of a digit are the dots of its row. `A` is E H H V H H H:
 *
 *     E  01110   .###.
 *     H  10001   #...#
 *     H  10001   #...#
 *     V  11111   #####   and so on.
 *
 * Letters that go below the line, such as p, have more rows.
 */

const WIDTH = 5;
const HEIGHT = 7;
const GAP = 1; // between letters

const LETTERS: Readonly<Record<string, string>> = {
  ' ': '0000000',
  '0': 'EHJLPHE',
  '1': '4C4444E',
  '2': 'EH1248V',
  '3': 'V2421HE',
  '4': '26AIV22',
  '5': 'VGU11HE',
  '6': '68GUHHE',
  '7': 'V124888',
  '8': 'EHHEHHE',
  '9': 'EHHF12C',
  A: 'EHHVHHH',
  B: 'UHHUHHU',
  C: 'EHGGGHE',
  D: 'SIHHHIS',
  E: 'VGGUGGV',
  F: 'VGGUGGG',
  G: 'EHGNHHF',
  H: 'HHHVHHH',
  I: 'E44444E',
  J: '72222IC',
  K: 'HIKOKIH',
  L: 'GGGGGGV',
  M: 'HRLLHHH',
  N: 'HHPLJHH',
  O: 'EHHHHHE',
  P: 'UHHUGGG',
  Q: 'EHHHLID',
  R: 'UHHUKIH',
  S: 'FGGE11U',
  T: 'V444444',
  U: 'HHHHHHE',
  V: 'HHHHHA4',
  W: 'HHHLLLA',
  X: 'HHA4AHH',
  Y: 'HHHA444',
  Z: 'V1248GV',
  a: '00E1FHF',
  b: 'GGMPHHU',
  c: '00EGGHE',
  d: '11DJHHF',
  e: '00EHVGE',
  f: '698S888',
  g: '00FHHHF1E',
  h: 'GGMPHHH',
  i: '40C444E',
  j: '2062222IC',
  k: 'GGIKOKI',
  l: 'C44444E',
  m: '00QLLHH',
  n: '00MPHHH',
  o: '00EHHHE',
  p: '00UHHHUGG',
  q: '00FHHHF11',
  r: '00MPGGG',
  s: '00EGE1U',
  t: '88S8896',
  u: '00HHHJD',
  v: '00HHHA4',
  w: '00HHLLA',
  x: '00HA4AH',
  y: '00HHHHF1E',
  z: '00V248V',
  '.': '00000CC',
  ',': '00000C48',
  '…': '000000L',
  ':': '0CC0CC0',
  ';': '0CC00C48',
  '-': '000V000',
  _: '000000V',
  '+': '044V440',
  '=': '00V0V00',
  '/': '01248G0',
  '<': '248G842',
  '>': '8421248',
  '(': '2488842',
  ')': '8422248',
  '%': 'OP248J3',
  '&': 'CIK8LID',
  '#': 'AAVAVAA',
  '!': '4444004',
  '?': 'EH12404',
  "'": '4480000',
  '"': 'AA00000',
};

/** In pixels. */
export function textWidth(content: string, size: number): number {
  return size * (Array.from(content).length * (WIDTH + GAP) - GAP);
}

export interface TextPlace {
  /** The left edge of the first letter, in pixels. */
  readonly left: number;
  /** The middle of the letters' height. */
  readonly middle: number;
  /** How many pixels wide and high a dot is. */
  readonly size: number;
}

/**
 * Calls `paint` for each pixel of a line of text. An unknown letter is drawn without its accents, or as a question mark.
 */
export function drawText(
  content: string,
  { left, middle, size }: TextPlace,
  paint: (x: number, y: number) => void,
): void {
  const top = middle - Math.floor((HEIGHT * size) / 2);
  Array.from(content).forEach((letter, i) => {
    const rows = LETTERS[letter] ?? LETTERS[letter.normalize('NFD')[0]] ?? LETTERS['?'];
    for (let y = 0; y < rows.length * size; y++) {
      const dots = Number.parseInt(rows[Math.floor(y / size)], 32);
      for (let x = 0; x < WIDTH * size; x++) {
        const isSet = (dots >> (WIDTH - 1 - Math.floor(x / size))) & 1;
        if (isSet) paint(left + i * size * (WIDTH + GAP) + x, top + y);
      }
    }
  });
}
