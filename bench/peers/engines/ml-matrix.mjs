/** ml-matrix: float64, and plain JavaScript loops. It has products, no training. */

import { Matrix } from 'ml-matrix';
import { serve } from '../serve.mjs';

/** A transposed operand is a copy, made anew each time; the view (MatrixTransposeView) is slower. */
const PRODUCTS = {
  nn: (a, b) => a.mmul(b),
  tn: (a, b) => a.transpose().mmul(b),
  nt: (a, b) => a.mmul(b.transpose()),
};

serve({
  product: ({ operation, size, a, b }) => {
    const [matrixA, matrixB] = [a, b].map((values) => Matrix.from1DArray(size, size, values));
    let c;
    return {
      run: () => {
        c = PRODUCTS[operation](matrixA, matrixB);
      },
      result: () => Float32Array.from(c.to1DArray()),
    };
  },
});
