import { Anchor, Text } from '@mantine/core';
import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiForm } from '../form/model';
import { read } from '../Rounds';
import { isEmpty, markOf, type Values } from './model';

type Marks = {
  proposed: Values;
  values: Values;
  /** Fields that may be emptied on purpose. */
  empties: string[];
  readonly: boolean;
  /** Field names as people read them. */
  titles: Record<string, { title?: string } | undefined>;
  onPut: (name: string, value: unknown) => void;
};

/** The marks read what stands in the form from here: the form itself is drawn once, and not with every letter. */
export const Marked = createContext<Marks | undefined>(undefined);

/** The form with a mark at each of its fields. */
export function withMarks(form: ApiForm): ApiForm {
  const ui = Object.entries(form.ui).map(([name, hints]) => [
    name,
    name === 'ui:order'
      ? hints
      : { ...(hints as object), help: <Mark name={name} help={(hints as { help?: string }).help} /> },
  ]);
  return { ...form, ui: Object.fromEntries(ui) as ApiForm['ui'] };
}

/** How the field stands to what was proposed, in words, with the way back. */
function Mark({ name, help }: { name: string; help: string | undefined }) {
  const { t } = useTranslation();
  const marks = useContext(Marked);
  if (!marks) return help;
  const { proposed, values, empties, readonly, titles, onPut } = marks;
  const mark = markOf(proposed[name], values[name]);
  const title = titles[name]?.title ?? name;
  const moved = !readonly && (mark === 'changed' || mark === 'emptied' || mark === 'added');
  const mayEmpty = !readonly && mark !== 'emptied' && empties.includes(name);
  return (
    <Text span size="xs" data-mark={mark}>
      {help && `${help} `}
      {(mark !== 'stays' || mayEmpty) && (
        <Text span size="xs" fw={mark === 'proposed' || mark === 'stays' ? 400 : 700} c="var(--hf-words)">
          {t(`proposal.mark.${mark}`)}
        </Text>
      )}
      {moved && !isEmpty(proposed[name]) && ` ${t('proposal.was', { value: read(proposed[name]) })}`}
      {moved && (
        <Put label={t('proposal.put_back', { title })} onClick={() => onPut(name, proposed[name])}>
          {t('proposal.back')}
        </Put>
      )}
      {mayEmpty && (
        <Put label={t('proposal.empty_it', { title })} onClick={() => onPut(name, null)}>
          {t('proposal.empty')}
        </Put>
      )}
    </Text>
  );
}

function Put({ label, onClick, children }: { label: string; onClick: () => void; children: string }) {
  return (
    <Anchor component="button" type="button" size="xs" ml={8} aria-label={label} onClick={onClick}>
      {children}
    </Anchor>
  );
}
