/**
 * The engine's side of the protocol: each engine is a process of its own, with its own compiled code, memory and
 * threads. It reads one JSON object a line and answers each with one; engines/pytorch.py does the same in Python.
 *
 *   {"cmd": "product" | "training" | "prediction", ...}   prepares; files in, and a result as a file out. A training is of
 *                                                          dense layers ("widths") or of convolutions ("network")
 *   {"cmd": "check", "epochs", "limitMs"}                  -> {"losses"}: a training's first epochs
 *   {"cmd": "run", "ms"}                                   -> {"ms"}: of one product, one prediction or one image
 */

import { createInterface } from 'node:readline';
import { readFloats, writeFloats } from './floats.mjs';

/**
 * Answers until the input ends.
 *
 * @param engine - What it can do. `product` and `prediction` resolve to `{ run, result }`: the work, once, and its
 *   outcome as a Float32Array. `training` resolves to `{ epoch }`, which trains on the given number of batches of a freshly
 *   shuffled epoch and resolves to their mean loss; `hasWholeEpochs`, if it always trains on all of them; `batchSize`, if
 *   the engine chooses another. `convolutionalTraining` does the same with the network of convolutional.mjs.
 */
export function serve(engine) {
  const answer = process.stdout.write.bind(process.stdout);
  // Engines greet their users; stdout belongs to the protocol.
  console.log = console.info = console.warn = console.error;
  let work;
  const commands = {
    product: async ({ a, b, out, ...rest }) => {
      work = repeating(await engine.product({ ...rest, a: readFloats(a), b: readFloats(b) }));
      return work.prove(out);
    },
    prediction: async ({ images, weights, out, ...rest }) => {
      const inputs = { images: readFloats(images), weights: readFloats(weights) };
      work = repeating(await engine.prediction({ ...rest, ...inputs }));
      return work.prove(out);
    },
    training: async ({ images, weights, ...rest }) => {
      const { count, features, batchSize, network } = rest;
      const inputs = {
        images: readFloats(images).slice(0, count * features),
        weights: readFloats(weights),
      };
      const prepare = network ? engine.convolutionalTraining : engine.training;
      work = training({ batchSize, ...(await prepare({ ...rest, ...inputs })) }, count);
      return {};
    },
    check: (options) => work.check(options),
    run: ({ ms }) => work.run(ms),
  };
  answerLines(commands, (reply) => answer(`${JSON.stringify(reply)}\n`));
}

async function answerLines(commands, reply) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { cmd, ...options } = JSON.parse(line);
    try {
      reply(await commands[cmd](options));
    } catch (error) {
      reply({ error: String(error?.message ?? error) });
    }
  }
  process.exit(0); // also ends the threads that an engine has left
}

/** Work that is done again and again with the same outcome. */
function repeating({ run, result }) {
  return {
    prove: async (out) => {
      const start = performance.now();
      await run();
      const ms = performance.now() - start;
      writeFloats(out, await result());
      return { ms };
    },
    run: async (ms) => {
      const start = performance.now();
      let elapsed = 0;
      let times = 0;
      do {
        await run();
        times++;
        elapsed = performance.now() - start;
      } while (elapsed < ms);
      return { ms: elapsed / times };
    },
  };
}

/** Work that goes on where it stopped. A slow engine's sample is a part of an epoch. */
function training({ epoch, batchSize, hasWholeEpochs = false }, count) {
  const allSteps = Math.ceil(count / batchSize);
  let stepMs = 0;
  return {
    check: async ({ epochs, limitMs, atLeast }) => {
      const losses = [];
      const start = performance.now();
      while (losses.length < epochs) {
        const before = performance.now();
        losses.push(await epoch(allSteps));
        const now = performance.now();
        stepMs = (now - before) / allSteps;
        if (losses.length >= atLeast && now - start > limitMs) break;
      }
      return { losses };
    },
    run: async (ms) => {
      const steps = hasWholeEpochs ? allSteps : Math.max(1, Math.min(allSteps, Math.round(ms / stepMs)));
      const start = performance.now();
      let elapsed = 0;
      let images = 0;
      do {
        await epoch(steps);
        images += Math.min(steps * batchSize, count);
        elapsed = performance.now() - start;
      } while (elapsed < 0.7 * ms); // most of a sample is a sample: no second epoch for the rest
      return { ms: elapsed / images };
    },
  };
}
