/** What went wrong, in one sentence, at one place of the page. */

import { byId } from './dom.ts';

export function showProblem(sentence: string): void {
  byId('alert-text').textContent = sentence;
  byId('alert').hidden = false;
}

export function hideProblem(): void {
  byId('alert').hidden = true;
  byId('alert-text').textContent = '';
}

/** Waits for an answer of the worker. Its error is shown, and the result is undefined. */
export async function attempt<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    showProblem((error as Error).message);
    return undefined;
  }
}

/**
 * Asks again and again, one question at a time: while an answer is on its way, only the newest question waits. So a slider
 * that moves fast never leaves a queue behind.
 */
export class Newest<Question, Answer> {
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #show: (answer: Answer) => void;
  #next: { question: Question } | undefined;
  #isAsking = false;

  constructor(ask: (question: Question) => Promise<Answer>, show: (answer: Answer) => void) {
    this.#ask = ask;
    this.#show = show;
  }

  ask(question: Question): void {
    this.#next = { question };
    if (!this.#isAsking) void this.#go();
  }

  async #go(): Promise<void> {
    this.#isAsking = true;
    while (this.#next) {
      const { question } = this.#next;
      this.#next = undefined;
      const answer = await attempt(this.#ask(question));
      if (answer !== undefined) this.#show(answer);
    }
    this.#isAsking = false;
  }
}

export function startProblems(): void {
  byId('alert-close').addEventListener('click', hideProblem);
}
