// Values as somebody types them: `12` is a number and `"12"` a text, `yes` a text and `true` a truth; what reads as JSON
// is that JSON. Every value comes back as it was.
import type { Json } from './document';

const LOOKS_LIKE_JSON = /^\s*(-?\d|true\s*$|false\s*$|null\s*$|[[{"])/;

function asJson(text: string): { value: Json } | null {
  if (!LOOKS_LIKE_JSON.test(text)) return null;
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

export function valueFrom(text: string): Json {
  const json = asJson(text);
  return json ? json.value : text;
}

export function textFrom(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return asJson(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value, null, typeof value === 'object' && value !== null ? 1 : 0);
}

/** In one line, for lists and differences. */
export function told(value: Json | undefined, length = 120): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
