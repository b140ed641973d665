/** Samples of `train` with a target, what the model should make of them: do the two fit each other? trainingData.ts has them. */

import { BatchReader } from '../../../../data/batches.ts';
import {
  DataError,
  DTYPE_NAMES,
  type Normalization,
  type SampleArray,
  type Samples,
  type StoredSamples,
} from '../../../../data/samples.ts';
import type { ValueStatistics } from '../../../../data/statistics.ts';
import { normalizationForTransform } from '../../../../data/transform.ts';
import type { SampleSource } from '../../../samples/sampleSource.ts';
import { prepareLike, short, type Trained } from '../../shared/samples.ts';
import type { TrainValues } from '../options.ts';

/** What the model file says about targets, as plain JSON. */
export function targetFacts(target: SampleSource | undefined, testTarget: SampleSource | undefined) {
  return {
    ...(target && { targetSource: target.source, targetDtype: target.dtype }),
    ...(testTarget && { testTargetSource: testTarget.source }),
  };
}

/**
 * Samples with a target, scaled as the target is, since the model answers in its units. Describes them.
 *
 * @param which - Which samples they are, for the description: "test", or '' for those of the training.
 * @throws {DataError} If the values don't lie where those of the target do.
 */
export function preparePaired(
  images: SampleSource,
  trained: Trained,
  which: string,
  onValues: (values: SampleArray) => void,
) {
  const ofTarget = trained.normalization;
  return prepareLike(images, trained, {
    which,
    onValues,
    choose: (statistics) => {
      const { kind, scale } = ofTarget;
      const isAuto = kind === 'none' || kind === 'divide';
      const unfit = isAuto && statistics.notFinite === 0 ? otherUnits(ofTarget, statistics) : undefined;
      try {
        const chosen = normalizationForTransform(ofTarget, images, statistics);
        const isDark = Number(chosen.scale) > BYTE && chosen.scale !== scale && statistics.maximum < WIDE;
        if (!isDark || !unfit) return chosen;
      } catch (error) {
        throw unfit ?? error;
      }
      throw unfit;
    },
  });
}

/**
 * Some of what test samples should become may lie beyond [0, 1], as the scale was chosen by other values.
 *
 * @throws {DataError} If they do: binary cross-entropy takes none.
 */
export async function requireUnitRange(
  source: SampleSource | undefined,
  prepared: { readonly samples: Samples | StoredSamples } | undefined,
  { kind }: Pick<TrainValues, 'kind'>,
): Promise<void> {
  if (!source || !prepared) return;
  const [, ...shape] = source.shape;
  try {
    await new BatchReader(prepared.samples, shape, source.source).requireUnitRange();
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    const otherLoss = kind === 'vae' ? '' : ', or --loss mse'; // that of a VAE follows from its last layer
    throw new DataError(
      `${source.source}: some values lie beyond those of the training, and --loss bce takes inputs from 0 to 1: np.clip them to its range${otherLoss}.`,
    );
  }
}

const BYTE = 255;
/** Integers that use fewer values than those of 12 bits would be dark if they were divided by 65535. */
const WIDE = 4095;
/** Noisy values up to this many times those of the target may have the same units. */
const OVERSHOOT = 8;

/** Without --normalize inputs must lie in [0, 1], but noise that was added to a target goes beyond: what helps. */
function otherUnits({ dtype, scale }: Normalization, { minimum, maximum }: ValueStatistics): DataError {
  const most = Number(scale);
  const range = `the values go from ${short(minimum)} to ${short(maximum)}, those of the target from 0 to ${most}`;
  const isSame = Math.max(-minimum, maximum) <= OVERSHOOT * most && (most === 1 || maximum > OVERSHOOT);
  if (isSame) {
    const type = most === 1 ? '' : `.astype(np.${DTYPE_NAMES[dtype]})`;
    return new DataError(
      `${range}: np.clip(arr, 0, ${most})${type} cuts off what lies beyond, --normalize minmax keeps it.`,
    );
  }
  const divisor = maximum <= OVERSHOOT ? 1 : maximum <= 2 * BYTE ? BYTE : nextMask(maximum);
  const unit = divisor === 1 ? 'arr' : `arr / ${divisor}`;
  return new DataError(`${range}: expected floats from 0 to 1, such as np.clip(${unit}, 0, 1).`);
}

/** The least of 1, 3, 7, … that is not below: what a scanner of so many bits can give. */
function nextMask(value: number): number {
  return 2 ** Math.ceil(Math.log2(value + 1)) - 1;
}
