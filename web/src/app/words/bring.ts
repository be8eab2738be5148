// Words that come with a screen: whoever never opens it does not load them.
import i18next from 'i18next';
import type { LANGUAGES } from '../i18n';

/** Adds the words of a screen to those that every visit loads, as `<name>.<word>` in each language. */
export function bring<Words extends object>(
  name: string,
  words: Record<(typeof LANGUAGES)[number], Words>,
): void {
  for (const [language, said] of Object.entries<Words>(words))
    i18next.addResourceBundle(language, 'translation', { [name]: said }, true, true);
}
