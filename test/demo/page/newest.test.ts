import { expect, test } from '@jest/globals';
import { Newest } from '../../../demo/page/problems.ts';

/** Questions that are answered by hand. */
function byHand() {
  const asked: { question: number; answer: (words: string) => void; fail: (error: Error) => void }[] = [];
  const shown: string[] = [];
  const newest = new Newest<number, string>(
    (question) => new Promise((answer, fail) => asked.push({ question, answer, fail })),
    (answer) => shown.push(answer),
  );
  return { asked, shown, newest };
}
const turn = () => new Promise((resolve) => setTimeout(resolve));

test('while an answer is on its way, only the newest question waits', async () => {
  const { asked, shown, newest } = byHand();
  for (const question of [1, 2, 3, 4]) newest.ask(question);
  expect(asked.map(({ question }) => question)).toEqual([1]);
  asked[0].answer('one');
  await turn();
  expect(asked.map(({ question }) => question)).toEqual([1, 4]);
  asked[1].answer('four');
  await turn();
  expect(shown).toEqual(['one', 'four']);
  newest.ask(5);
  expect(asked).toHaveLength(3);
});

test('after a change of the network, neither older answers nor their errors are shown', async () => {
  const { asked, shown, newest } = byHand();
  newest.ask(1);
  newest.ask(2);
  newest.forget();
  newest.ask(3);
  asked[0].fail(new Error('shown on a page that this test does not have: it would throw'));
  await turn();
  expect(asked.map(({ question }) => question)).toEqual([1, 3]);
  asked[1].answer('three');
  await turn();
  expect(shown).toEqual(['three']);
});
