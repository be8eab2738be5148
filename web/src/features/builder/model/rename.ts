// Another id for a step or a phase, everywhere it is named: edges, dates that count from it, ways back, what a model
// sees, and expressions. Texts that only happen to hold the same word stay.
import { isObj, type Json, type Obj, withMember } from './document';

type Kind = 'step' | 'phase';

export function renameStep(document: Obj, old: string, now: string): Obj {
  return renamed(document, 'step', old, now);
}

export function renamePhase(document: Obj, old: string, now: string): Obj {
  return renamed(document, 'phase', old, now);
}

function renamed(document: Obj, kind: Kind, old: string, now: string): Obj {
  const walked = walk(document, (text) => inExpression(text, `${kind}s`, old, now)) as Obj;
  return atPlaces(walked, kind, old, now) as Obj;
}

/** Keys whose texts name steps: as they stand, as `step:port`, or as `step:<id>`. */
const PLAIN = new Set(['back_to']);
const EDGES = new Set(['after']);
const ANCHORS = new Set(['from', 'before', 'after', 'after_date']);
const LISTS = new Set(['sees']);

function atPlaces(value: Json, kind: Kind, old: string, now: string, within = ''): Json {
  if (Array.isArray(value)) return value.map((each) => atPlaces(each, kind, old, now, within));
  if (!isObj(value)) return value;
  const own = within === `${kind}s` && value.id === old ? withMember(value, 'id', now) : value;
  return Object.fromEntries(
    Object.entries(own).map(([key, each]) => {
      // Inputs, settings and values of records have keys of their own, which mean nothing here.
      if (FREE.has(key)) return [key, each];
      if (key === kind && each === old) return [key, now];
      return [key, named(key, each, kind, old, now, within) ?? atPlaces(each, kind, old, now, key)];
    }),
  );
}

const FREE = new Set(['with', 'set', 'where', 'prefill', 'inputs', 'default']);

function named(
  key: string,
  value: Json,
  kind: Kind,
  old: string,
  now: string,
  within: string,
): Json | undefined {
  const each = (change: (text: string) => string): Json | undefined => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.map(change);
    return undefined;
  };
  const anchor = (text: string) => (text === `${kind}:${old}` ? `${kind}:${now}` : text);
  if (kind === 'phase') return EDGES.has(key) || ANCHORS.has(key) ? each(anchor) : undefined;
  if (EDGES.has(key) && (within === 'steps' || within === 'phases'))
    return each((text) => edge(text, old, now));
  if (ANCHORS.has(key)) return each(anchor);
  if (PLAIN.has(key) || LISTS.has(key)) return each((text) => (text === old ? now : text));
  return undefined;
}

function edge(text: string, old: string, now: string): string {
  if (text === old) return now;
  return text.startsWith(`${old}:`) ? `${now}${text.slice(old.length)}` : text;
}

function walk(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => walk(each, change));
  if (!isObj(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, change)]));
}

export function isExpression(text: string): boolean {
  return text.startsWith('=') || /(^|[^\\])\$\{/.test(text);
}

function inExpression(text: string, root: string, old: string, now: string): string {
  if (text.startsWith('=')) return inSource(text, root, old, now);
  if (!isExpression(text)) return text;
  return text.replace(
    /(^|[^\\])\$\{((?:'[^']*'|"[^"]*"|[^}'"])*)\}/g,
    (_, before: string, source: string) => {
      return `${before}\${${inSource(source, root, old, now)}}`;
    },
  );
}

/** In a CEL source: `steps.old` and `steps['old']`, but not what stands in quotes. */
function inSource(source: string, root: string, old: string, now: string): string {
  const indexed = new RegExp(`\\b${root}\\s*\\[\\s*(['"])${old}\\1\\s*\\]`, 'g');
  const dotted = new RegExp(`(^|[^.\\w])(${root}\\s*\\.\\s*)${old}(?![\\w])`, 'g');
  return source
    .replace(indexed, (_, quote: string) => `${root}[${quote}${now}${quote}]`)
    .split(/('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(dotted, `$1$2${now}`)))
    .join('');
}
