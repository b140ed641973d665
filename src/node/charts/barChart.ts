/** Numbers side by side as SVG: horizontal bars from zero, each with its name before it and its value behind it. */

import { px, svgPage, text } from './svg.ts';

const WIDTH = 760;
const ROW = 34; // from one bar to the next
const BAR = 20;
const TOP = 64;
const RIGHT = 90; // room for the values
const CHARACTER = 7; // a character of a name takes at most about this many pixels

export interface Bar {
  readonly name: string;
  /** 0 or more. */
  readonly value: number;
}

export interface BarChartOptions {
  readonly title: string;
  /** What the values count, such as "GFLOP/s". */
  readonly unit: string;
}

/** An SVG file as text. Values are shown with three digits. */
export function barChart({ title, unit }: BarChartOptions, bars: readonly Bar[]): string {
  const left = 24 + CHARACTER * Math.max(...bars.map(({ name }) => name.length));
  const maximum = Math.max(...bars.map(({ value }) => value)) || 1;
  const widthOf = (value: number) => ((WIDTH - RIGHT - left) * value) / maximum;
  const height = TOP + ROW * bars.length + 12;
  return svgPage({ title, width: WIDTH, height, style: STYLE }, [
    text(24, 54, unit, 'class="label"'),
    ...bars.map(({ name, value }, i) => {
      const y = TOP + ROW * i + 6;
      const width = widthOf(value);
      return (
        text(left - 10, y + 15, name, 'class="label end"') +
        `<rect class="bar" x="${px(left)}" y="${px(y)}" width="${px(width)}" height="${BAR}"/>` +
        text(left + width + 8, y + 15, String(Number(value.toPrecision(3))), 'class="tick"')
      );
    }),
  ]);
}

const STYLE = `
.bar { fill: #0072b2; }
`;
