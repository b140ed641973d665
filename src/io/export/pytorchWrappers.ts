/**
 * Names of PyTorch's tensors without what wrappers put into them: DistributedDataParallel and DataParallel `module.`,
 * torch.compile `_orig_mod.`. A wrapper may stand around the model (`module._orig_mod.encoder.0.weight`) or around one
 * of its networks (`encoder._orig_mod.0.weight`).
 */

import type { Tensor } from '../../tensor/tensor.ts';
import { FormatError } from '../errors.ts';

/** Wrappers of the model, the name of a network, wrappers of the network, the rest. */
const PARTS = /^((?:(?:module|_orig_mod)\.)*)([^.]+\.)((?:(?:module|_orig_mod)\.)*)(.*)$/s;

export interface Unwrapped {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** What was left out: "module", "_orig_mod". */
  readonly leftOut: readonly string[];
}

/**
 * All tensors of the file, or of one network, must have the same wrappers, so two names never become one.
 *
 * @throws {FormatError} If they do not.
 */
export function withoutWrappers(wrapped: ReadonlyMap<string, Tensor>): Unwrapped {
  const tensors = new Map<string, Tensor>();
  const leftOut = new Set<string>();
  /** The first tensor of the model, and of each network: what its name is, and which wrappers that has. */
  const firsts = new Map<string, { readonly name: string; readonly wrappers: string }>();
  const leaveOut = (of: string, name: string, wrappers: string) => {
    const first = firsts.get(of) ?? { name, wrappers };
    firsts.set(of, first);
    if (first.wrappers !== wrappers) throw unequal(first, { name, wrappers });
    for (const wrapper of wrappers.split('.').slice(0, -1)) leftOut.add(wrapper);
  };
  for (const [name, tensor] of wrapped) {
    const [, around = '', network = '', within = '', rest = name] = PARTS.exec(name) ?? [];
    leaveOut('', name, around);
    leaveOut(network, name, within);
    tensors.set(`${network}${rest}`, tensor);
  }
  return { tensors, leftOut: [...leftOut] };
}

function unequal(...pair: readonly { readonly name: string; readonly wrappers: string }[]): FormatError {
  const [more, less] = pair.toSorted((a, b) => b.wrappers.length - a.wrappers.length);
  return new FormatError(
    `tensor '${more.name}' has '${more.wrappers}' in its name, tensor '${less.name}' ${less.wrappers ? `has '${less.wrappers}'` : 'has not'}, expected the same in all of them.`,
  );
}
