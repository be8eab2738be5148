import { type Place, useBuilding } from '../context';
import { pointerOf } from '../model/document';
import { at, within } from '../model/found';

/** What is wrong with a value, or with anything in it. */
export function useFindingsAt(place: Place, inside = false): string[] {
  const { findings, warnings } = useBuilding();
  const pointer = pointerOf(place);
  const all = [...findings, ...warnings];
  return (inside ? within(all, pointer) : at(all, pointer)).map((each) => each.message);
}
