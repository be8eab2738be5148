// The keys of the builder. Whatever they do the list and the settings do too.
import { type RefObject, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import type { Building } from './context';
import { stepsOf } from './model/document';
import { moveStep, removeStep } from './model/edit';
import { openPalette } from './Palette';
import type { Draft } from './useDraft';

export function useBuilderKeys(
  building: Building,
  draft: Draft,
  name: RefObject<HTMLInputElement | null>,
): void {
  const { t } = useTranslation();
  const { document, selected, select, change, editable } = building;
  const walk = useCallback(
    (by: number) => {
      const ids = [undefined, ...stepsOf(document).map((step) => step.id)];
      select(ids[Math.min(Math.max(ids.indexOf(selected) + by, 0), ids.length - 1)]);
    },
    [document, selected, select],
  );
  const edits = editable && selected !== undefined ? selected : undefined;
  const move = useCallback(
    (by: number) => edits !== undefined && change((now) => moveStep(now, edits, by)),
    [edits, change],
  );
  const remove = useCallback(() => {
    if (edits === undefined) return;
    const ids = stepsOf(document).map((step) => step.id);
    const at = ids.indexOf(edits);
    change((now) => removeStep(now, edits));
    select(ids[at + 1] ?? ids[at - 1]);
  }, [edits, document, change, select]);
  useShortcut(
    'j',
    t('builder.keys.next'),
    useCallback(() => walk(1), [walk]),
  );
  useShortcut(
    'k',
    t('builder.keys.previous'),
    useCallback(() => walk(-1), [walk]),
  );
  useShortcut(
    'a',
    t('builder.add_step'),
    when(
      editable,
      useCallback(() => openPalette(t('builder.add_step'), building), [t, building]),
    ),
  );
  useShortcut(
    'alt+ArrowUp',
    t('builder.keys.up'),
    when(
      edits !== undefined,
      useCallback(() => move(-1), [move]),
    ),
  );
  useShortcut(
    'alt+ArrowDown',
    t('builder.keys.down'),
    when(
      edits !== undefined,
      useCallback(() => move(1), [move]),
    ),
  );
  useShortcut('Delete', t('builder.remove_step'), when(edits !== undefined, remove));
  useShortcut(
    'F2',
    t('builder.keys.rename'),
    when(
      edits !== undefined,
      useCallback(() => name.current?.focus(), [name]),
    ),
  );
  useShortcut('mod+s', t('builder.keys.save'), when(editable, draft.save));
  useShortcut('mod+z', t('builder.undo'), draft.undo);
  useShortcut('mod+Z', t('builder.redo'), draft.redo);
}

function when(on: boolean, run: () => void): (() => void) | undefined {
  return on ? run : undefined;
}
