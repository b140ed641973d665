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
  /** Grows when the network or the data change: answers to older questions are about what is no more. */
  #age = 0;

  constructor(ask: (question: Question) => Promise<Answer>, show: (answer: Answer) => void) {
    this.#ask = ask;
    this.#show = show;
  }

  ask(question: Question): void {
    this.#next = { question };
    if (!this.#isAsking) void this.#go();
  }

  /** Answers that are on their way are not shown, nor are their errors. */
  forget(): void {
    this.#next = undefined;
    this.#age++;
  }

  async #go(): Promise<void> {
    this.#isAsking = true;
    while (this.#next) {
      const { question } = this.#next;
      this.#next = undefined;
      const age = this.#age;
      try {
        const answer = await this.#ask(question);
        if (age === this.#age) this.#show(answer);
      } catch (error) {
        if (age === this.#age) showProblem((error as Error).message);
      }
    }
    this.#isAsking = false;
  }
}

export function startProblems(): void {
  byId('alert-close').addEventListener('click', hideProblem);
}
