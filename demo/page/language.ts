/**
 * The language of the page: English or Chinese. An element with `data-text` shows the text of that name, with the values in
 * `data-values`; `data-label` names it for screen readers, `data-hint` is its tooltip. Read english.ts first.
 */

import { chinese } from './chinese.ts';
import { english, type TextKey } from './english.ts';

export type { TextKey };
export type Language = 'en' | 'zh';
export type Values = Readonly<Record<string, string | number>>;

const TABLES: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en: english, zh: chinese };
const LOCALES = { en: 'en', zh: 'zh-Hans' } as const;
const STORED = 'isthmus.language';

const listeners: ((language: Language) => void)[] = [];
let current: Language = 'en';
let numbers = new Intl.NumberFormat(LOCALES.en);

/** The text with its values in place of `{name}`. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

export function text(key: TextKey, values?: Values): string {
  return fill(TABLES[current][key], values);
}

/** 12000 as the language writes it: 12,000. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** The first of the visitor's languages that the page speaks. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

/** Shows a text in an element, now and after a change of the language. */
export function say(element: HTMLElement, key: TextKey, values?: Values): void {
  const data = values ? JSON.stringify(values) : '';
  if (element.dataset.text === key && element.dataset.values === data) return;
  element.dataset.text = key;
  element.dataset.values = data;
  show(element);
}

/** Names an element for screen readers. */
export function label(element: HTMLElement, key: TextKey, values?: Values): void {
  element.dataset.label = key;
  element.dataset.values = values ? JSON.stringify(values) : '';
  show(element);
}

/** Called after the language has changed. */
export function onLanguage(listener: (language: Language) => void): void {
  listeners.push(listener);
}

export function setLanguage(language: Language): void {
  current = language;
  numbers = new Intl.NumberFormat(LOCALES[language]);
  document.documentElement.lang = LOCALES[language];
  for (const element of document.querySelectorAll<HTMLElement>('[data-text], [data-label], [data-hint]')) {
    show(element);
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language));
  }
  for (const listener of listeners) listener(language);
}

/** The language of the last visit, or the visitor's; its switch. */
export function startLanguage(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-language]')) {
    button.addEventListener('click', () => {
      const language = button.dataset.language as Language;
      remember(language);
      setLanguage(language);
    });
  }
  setLanguage(remembered() ?? preferredLanguage(navigator.languages));
}

function show(element: HTMLElement): void {
  const { text: key, label: name, hint, values } = element.dataset;
  const filled = values ? (JSON.parse(values) as Values) : undefined;
  if (key) element.replaceChildren(...typeset(text(key as TextKey, filled)));
  if (name) element.setAttribute('aria-label', text(name as TextKey, filled));
  if (hint) element.title = text(hint as TextKey);
}

/** What stands between backticks is code. */
function typeset(words: string): (string | HTMLElement)[] {
  return words.split('`').map((part, i) => {
    if (i % 2 === 0) return part;
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
}

// A browser may forbid the page to store anything: then the switch works for this visit.

function remembered(): Language | undefined {
  try {
    const language = localStorage.getItem(STORED);
    return language === 'en' || language === 'zh' ? language : undefined;
  } catch {
    return undefined;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {}
}
