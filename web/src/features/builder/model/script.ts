// The script of a simulation: what people and machines are taken to answer, by step, and what it is played with.
import { isObj, type Json, type Obj, stepOf } from './document';

export type Script = {
  /** The id of a record that is read; empty: `values` stand for one. */
  record: string;
  values: Obj;
  inputs: Obj;
  answers: Record<string, Obj>;
};

export type Need = { step?: string | null; what: string; refusal?: unknown };

export const EMPTY: Script = { record: '', values: {}, inputs: {}, answers: {} };

/** What is sent. A record that is named is read; values of one's own go along as they are. */
export function bodyOf(script: Script, works: boolean, draft: boolean): Obj {
  const record: Obj = script.record ? { record: script.record } : { record_data: script.values };
  return { draft, ...(works ? record : {}), inputs: script.inputs, answers: script.answers };
}

/** One more answer of a step; what was given before of it stays, so that a proposal can also be confirmed. */
export function answered(script: Script, step: string, answer: Obj): Script {
  return { ...script, answers: { ...script.answers, [step]: { ...script.answers[step], ...answer } } };
}

export function forgotten(script: Script, step: string): Script {
  const { [step]: _, ...answers } = script.answers;
  return { ...script, answers };
}

/** The fields that an answer has: of a form, of what a model gives, of what an action gives. */
export function fieldsFor(document: Obj, step: string, outputs: Record<string, Obj>): string[] {
  const found = stepOf(document, step);
  if (!found) return [];
  const form = Array.isArray(found.fields) && found.kind !== 'get_data' ? found.fields : found.output;
  const ids = Array.isArray(form)
    ? form.flatMap((each) => (isObj(each) && typeof each.id === 'string' ? [each.id] : []))
    : [];
  if (ids.length > 0) return ids;
  const action = typeof found.action === 'string' ? outputs[found.action] : undefined;
  return isObj(action?.properties) ? Object.keys(action.properties) : [];
}

/** Under which word of the script an answer to a need goes. */
export function asAnswer(need: Need, values: Obj): Obj {
  switch (need.what) {
    case 'result':
      return { result: values };
    case 'proposal':
      return { proposal: { values } };
    default:
      return { output: values };
  }
}

export function withoutEmpty(values: Record<string, Json>): Obj {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}
