import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core';

/** Dark enough for white text on it at any size (WCAG AA), light enough to be told from black. */
const harbour = [
  '#eaf6f3',
  '#d4e9e4',
  '#a5d3c9',
  '#73bdad',
  '#4caa96',
  '#359f88',
  '#1f7a68',
  '#1f6356',
  '#1f4f46',
  '#133a33',
] as const;

export const theme = createTheme({
  primaryColor: 'harbour',
  primaryShade: { light: 7, dark: 6 },
  colors: { harbour },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
});

export const colorScheme = localStorageColorSchemeManager({ key: 'holdfast-color-scheme' });

/** Quiet text is still to be read, also on a selected row (WCAG AA). */
export const variables: CSSVariablesResolver = (given) => ({
  variables: {},
  light: { '--mantine-color-dimmed': given.colors.gray[7] },
  dark: { '--mantine-color-dimmed': given.colors.gray[5] },
});
