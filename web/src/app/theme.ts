import {
  Alert,
  Anchor,
  Badge,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
} from '@mantine/core';

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
  components: {
    // A link inside a text is told from it by more than its colour.
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    // The head of a dialog is not the banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    // A warning's title on its pale ground: the sign beside it has the colour, the words are to be read.
    Alert: Alert.extend({ styles: { title: { color: 'var(--hf-words)' } } }),
    Badge: Badge.extend({
      // Words on a pale ground, dark enough to be read at this size; on a dark ground the other way round.
      styles: { label: { color: 'var(--hf-words)' } },
    }),
  },
});

export const colorScheme = localStorageColorSchemeManager({ key: 'holdfast-color-scheme' });

/** Quiet text is still to be read, also on a selected row (WCAG AA). */
export const variables: CSSVariablesResolver = (given) => ({
  variables: {},
  light: {
    '--mantine-color-error': given.colors.red[9],
    '--mantine-color-dimmed': given.colors.gray[7],
    '--hf-words': given.colors.gray[9],
    '--hf-danger': given.colors.red[9],
  },
  dark: {
    '--mantine-color-error': given.colors.red[3],
    '--mantine-color-dimmed': given.colors.gray[5],
    '--hf-words': given.colors.gray[1],
    '--hf-danger': given.colors.red[3],
  },
});
