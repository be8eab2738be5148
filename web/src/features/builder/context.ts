// What every part of the builder shares: the document, what is wrong with it, where one is, and the values that
// expressions are tried with.
import { createContext, useContext } from 'react';
import type { Schemas } from '@/api/client';
import type { Finding } from './hooks';
import type { Json, Obj } from './model/document';
import { withValueAt } from './model/document';
import type { Change } from './useDraft';

export type Kind = Schemas['StepKind'];
export type Place = (string | number)[];
/** A simulation's values at its end; null before one was played. */
export type Sample = { scope: Obj; what: string } | null;

export type Building = {
  document: Obj;
  editable: boolean;
  change: Change;
  findings: Finding[];
  warnings: Finding[];
  kinds: Kind[];
  language: Obj;
  /** The step that is selected; undefined: the workflow itself. */
  selected: string | undefined;
  select: (step: string | undefined) => void;
  sample: Sample;
};

export const Builder = createContext<Building | null>(null);

export function useBuilding(): Building {
  const found = useContext(Builder);
  if (!found) throw new Error('outside the builder');
  return found;
}

/** Sets a value at a place of the document; what is typed there in one go is one change. */
export function useSetAt(): (place: Place, value: Json | undefined) => void {
  const { change } = useBuilding();
  return (place, value) =>
    change(
      (now) => withValueAt(now, place, value) as Obj,
      typeof value === 'string' ? place.join('/') : null,
    );
}
