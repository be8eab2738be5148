import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { Form } from './Form';
import { useDeed, useDescription } from './hooks';
import { Once } from './Once';
import { fieldsOf } from './schema';
import { addressOf, type Row, type Section } from './sections';

/** A new row, or with `before` one that is changed. What is told only once is shown before the dialog closes. */
export function Change({ section, before }: { section: Section; before?: Row }) {
  const { t } = useTranslation();
  const description = useDescription();
  const deed = useDeed(section);
  if (description.isError) return <Failed error={description.error} />;
  if (!description.data) return <Waiting size="sm" />;
  const method = before ? (section.change?.method ?? 'PATCH') : 'POST';
  const path = (before ? section.change?.path : section.add) ?? '';
  const give = async (body: Row) => {
    const to = before ? addressOf(section, before, path) : path;
    const told = (await deed.mutateAsync({ method, path: to, body }).catch(() => undefined)) as
      Row | undefined;
    if (!told) return;
    modals.closeAll();
    if (typeof told.token === 'string' || typeof told.secret === 'string')
      modals.open({ title: t('admin.once'), children: <Once told={told} /> });
  };
  return (
    <Form
      fields={fieldsOf(description.data, path, method)}
      {...(before ? { before } : {})}
      busy={deed.isPending}
      error={deed.error}
      onGive={(body) => void give(body)}
    />
  );
}
