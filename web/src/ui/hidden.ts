// Signs that nobody sees can change what a text seems to say: one that turns the order of letters round makes of
// "fdp.exe" a document, one of no width makes two names look alike. They are kept as they were written and shown by
// their code. Looked for in the page itself and not where it is drawn, since any text of anybody's may hold them, and
// what lies in a field to be changed stays as it is.

/** What turns directions round, has no width or is a tag; a joiner only where no script has a use for one. */
const HIDDEN =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0]|(?<=^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{Z}])[\u200C\u200D]+|(?<!\u{1F3F4}[\u{E0020}-\u{E007F}]*)[\u{E0000}-\u{E007F}]/gu;

const READ = ['title', 'aria-label', 'alt', 'placeholder'];
const WITH_READ = READ.map((name) => `[${name}]`).join();
const TO_CHANGE = 'textarea, script, style, [contenteditable]';

/** A text with each sign that nobody sees as [U+202E]. */
export function shown(text: string): string {
  return text.replace(HIDDEN, (signs) => Array.from(signs, code).join(''));
}

function code(sign: string): string {
  const digits = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `[U+${digits.padStart(4, '0')}]`;
}

/** From now on, whatever comes to stand in the page is shown so before anybody sees it. */
export function showHidden(root: Element): void {
  const observer = new MutationObserver((records) => {
    for (const { attributeName, addedNodes, target, type } of records) {
      if (attributeName !== null) showRead(target as Element, attributeName);
      else if (type === 'characterData') showText(target);
      else addedNodes.forEach(showWithin);
    }
  });
  observer.observe(root, { attributeFilter: READ, characterData: true, childList: true, subtree: true });
}

function showWithin(node: Node): void {
  if (node instanceof Element)
    for (const each of [node, ...node.querySelectorAll(WITH_READ)])
      READ.forEach((name) => showRead(each, name));
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let each: Node | null = texts.currentNode; each; each = texts.nextNode()) showText(each);
}

function showText(node: Node): void {
  const { nodeValue, parentElement } = node;
  if (nodeValue === null || parentElement?.closest(TO_CHANGE)) return;
  const plain = shown(nodeValue);
  if (plain !== nodeValue) node.nodeValue = plain;
}

function showRead(element: Element, name: string): void {
  const said = element.getAttribute(name);
  const plain = said === null ? null : shown(said);
  if (plain !== null && plain !== said) element.setAttribute(name, plain);
}
