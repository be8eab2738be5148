// The document as YAML 1.2 and back. The door reads no anchors, aliases and tags, so neither does this; what is written
// here reads back as the same document, and a long text stays on its lines.
import { isAlias, isNode, parseDocument, stringify, visit } from 'yaml';
import { isObj, type Obj } from './document';

export function toYaml(document: Obj): string {
  return stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
}

export type Parsed = { document: Obj } | { error: string; line: number | null };

export function fromYaml(text: string): Parsed {
  const found = parseDocument(text, { version: '1.2', uniqueKeys: true, prettyErrors: true });
  const [wrong] = found.errors;
  if (wrong)
    return { error: wrong.message.split('\n')[0] ?? wrong.code, line: wrong.linePos?.[0].line ?? null };
  let anchored = false;
  visit(found, (_, node) => {
    if (isAlias(node) || (isNode(node) && 'anchor' in node && node.anchor)) anchored = true;
  });
  if (anchored) return { error: 'anchor', line: null };
  const document: unknown = found.toJS();
  return isObj(document) ? { document } : { error: 'map', line: null };
}
