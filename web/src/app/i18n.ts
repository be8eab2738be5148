import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import de from './words/de';
import en from './words/en';

export const LANGUAGES = ['en', 'de'] as const;
const NAME = 'holdfast-language';

function first(): string {
  const chosen = localStorage.getItem(NAME) ?? navigator.language.slice(0, 2);
  return LANGUAGES.some((each) => each === chosen) ? chosen : 'en';
}

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, de: { translation: de } },
  lng: first(),
  fallbackLng: 'en',
  interpolation: { escapeValue: false },
});
document.documentElement.lang = i18next.language;

export function speak(language: string): void {
  localStorage.setItem(NAME, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
