import './code.css';
import { autocompletion, type CompletionContext } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { tags } from '@lezer/highlight';
import CodeMirror, { EditorView, type Extension } from '@uiw/react-codemirror';
import { useMemo } from 'react';

export type Mark = { from: number; to: number; message: string };
type Props = {
  label: string;
  value: string;
  onChange?: (value: string) => void;
  language?: 'yaml' | 'expression';
  marks?: Mark[];
  /** What may be written, with its type. */
  names?: Record<string, string>;
  readOnly?: boolean;
  describedBy?: string;
};

// Colours that can be read on a light and on a dark ground stand in code.css.
const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], class: 'code-key' },
  { tag: [tags.string, tags.content], class: 'code-text' },
  { tag: [tags.comment, tags.meta], class: 'code-quiet' },
  { tag: [tags.keyword, tags.bool, tags.number], class: 'code-word' },
]);

/** A text with lines, marks at what is wrong, and what may be written offered while typing. Tab goes on to the next field. */
export default function Code(props: Props) {
  const { label, value, onChange, language = 'expression', readOnly = false, describedBy } = props;
  const { marks = NO_MARKS, names } = props;
  const extensions = useMemo(() => {
    // The region that scrolls is reached by what is written in it.
    const attributes = {
      'aria-label': label,
      tabindex: '0',
      ...(describedBy ? { 'aria-describedby': describedBy } : {}),
    };
    const found: Extension[] = [
      EditorView.lineWrapping,
      EditorView.contentAttributes.of(attributes),
      syntaxHighlighting(colours),
      linter((view) => diagnostics(marks, view.state.doc.length), { delay: 0 }),
    ];
    if (language === 'yaml') found.push(yaml(), lintGutter());
    if (names) found.push(autocompletion({ override: [offered(names)], activateOnTyping: true }));
    return found;
  }, [label, describedBy, marks, language, names]);
  return (
    <CodeMirror
      className={`code code-${language}`}
      value={value}
      {...(onChange ? { onChange } : {})}
      readOnly={readOnly}
      theme="none"
      indentWithTab={false}
      basicSetup={{
        lineNumbers: language === 'yaml',
        foldGutter: language === 'yaml',
        highlightActiveLine: false,
        highlightActiveLineGutter: false,
        syntaxHighlighting: false,
        autocompletion: false,
        searchKeymap: language === 'yaml',
      }}
      extensions={extensions}
    />
  );
}

const NO_MARKS: Mark[] = [];

function diagnostics(marks: Mark[], length: number): Diagnostic[] {
  return marks.map(({ from, to, message }) => {
    const start = Math.min(Math.max(from, 0), length);
    return { from: start, to: Math.min(Math.max(to, start), length), message, severity: 'error' };
  });
}

/** Names that begin with what is written, one part further each: `steps.` offers the steps. */
function offered(names: Record<string, string>) {
  return (context: CompletionContext) => {
    const word = context.matchBefore(/[\w.]+/);
    if (!word && !context.explicit) return null;
    const written = word?.text ?? '';
    const options = Object.entries(names).map(([label, type]) => ({ label, detail: type, type: 'variable' }));
    return { from: context.pos - written.length, options, validFor: /^[\w.]*$/ };
  };
}
