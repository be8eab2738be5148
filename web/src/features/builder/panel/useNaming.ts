// What is new is named in references after what somebody calls it, when they are done calling it.
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding, useSetAt } from '../context';
import { isObj, type Step, valueAt } from '../model/document';
import { idForItem, idForStep } from '../model/fresh';
import { renameStep } from '../model/rename';

/** What to do when a field is left: nothing, unless it is the title or label of something still named by a number. */
export function useNaming(key: string, place: Place): () => void {
  const { t } = useTranslation();
  const { document, change, select } = useBuilding();
  const set = useSetAt();
  return () => {
    const found = key === 'title' || key === 'label' ? valueAt(document, place) : undefined;
    if (!isObj(found)) return;
    if (place.length === 2 && place[0] === 'steps') {
      const step = found as Step;
      const id = idForStep(document, step, t(`builder.kind.${step.kind}`, { defaultValue: step.kind }));
      if (!id) return;
      change((now) => renameStep(now, step.id, id));
      select(id);
      return;
    }
    const siblings = valueAt(document, place.slice(0, -1));
    const id = idForItem(found, Array.isArray(siblings) ? siblings : []);
    if (id) set([...place, 'id'], id);
  };
}
