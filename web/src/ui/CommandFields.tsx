import { Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Closing } from './closing';
import { InboxChoice } from './InboxChoice';
import { People } from './People';
import { Reasons } from './Reasons';
import { type Said, takes } from './telling';

type Props = { name: string; rule: Closing | undefined; value: Said; onChange: (value: Said) => void };

/** The fields for what a command takes. */
export function CommandFields({ name, rule, value, onChange }: Props) {
  const { t } = useTranslation();
  const kind = takes(name);
  if (kind === 'nothing') return null;
  if (kind === 'people')
    return (
      <People
        label={t('step.people')}
        value={value.people}
        onChange={(people) => onChange({ ...value, people })}
      />
    );
  if (kind === 'due')
    return (
      <TextInput
        type="date"
        label={t('run.due')}
        description={t('people.due_help')}
        value={value.due}
        onChange={(event) => onChange({ ...value, due: event.currentTarget.value })}
      />
    );
  return (
    <Stack>
      {kind === 'inbox' && (
        <InboxChoice value={value.inbox} onChange={(inbox) => onChange({ ...value, inbox })} />
      )}
      {kind === 'closing' && name !== 'reopen' && rule && (
        <Reasons rule={rule} value={value.reasons} onChange={(reasons) => onChange({ ...value, reasons })} />
      )}
      <Textarea
        label={t(kind === 'closing' && name !== 'reopen' ? 'closing.text' : 'step.reason')}
        required={kind === 'inbox'}
        autosize
        minRows={2}
        value={value.text}
        onChange={(event) => onChange({ ...value, text: event.currentTarget.value })}
        data-autofocus
      />
    </Stack>
  );
}
