/** Compiles what a test emitted, so that it can be called. */

import { ModuleBuilder } from '../../../src/tensor/kernels/simd/wasm/assembler.ts';

type Exported = Record<string, (...given: (number | bigint)[]) => number | bigint | undefined>;

/** An instance of a module: its functions, and its memory of one shared page. */
export interface Emitted {
  readonly memory: WebAssembly.Memory;
  readonly view: DataView;
  readonly exports: Exported;
}

/** @param globals - The numbers that the module imports from 'engine', by name. */
export function instantiate(
  build: (module: ModuleBuilder) => void,
  globals: Readonly<Record<string, number>> = {},
): Emitted {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 2, shared: true });
  build(module);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    engine: { memory, ...globals },
  });
  return {
    memory,
    view: new DataView(memory.buffer),
    exports: instance.exports as unknown as Exported,
  };
}
