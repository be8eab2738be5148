// What a key of the language is called. A key this release of the console has no words for is called as it is written.
import { useTranslation } from 'react-i18next';
import type { Place } from '../context';

export function spoken(key: string): string {
  const text = key.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Words = { label: string; help: string | undefined; words: (choice: string) => string };

export function useWords(key: string, place: Place = []): Words {
  const { t } = useTranslation();
  const within = [...place].reverse().find((part) => typeof part === 'string' && part !== 'steps');
  const special = within === undefined ? '' : t(`builder.key.${within}_${key}`, { defaultValue: '' });
  const label = special || t(`builder.key.${key}`, { defaultValue: spoken(key) });
  const help = t(`builder.help.${key}`, { defaultValue: '' });
  return {
    label,
    help: help || undefined,
    words: (choice) => t(`builder.choice.${choice}`, { defaultValue: spoken(choice) }),
  };
}
