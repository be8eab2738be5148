import { Alert, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { Form } from './Form';
import { useDeed } from './hooks';
import { fieldsOfSchema } from './schema';
import { addressOf, type Row, type Section } from './sections';

type Props = { section: Section; row: Row; path: string; onRun: (run: string) => void };

/** An action is done once with what is entered, for real; what came of it is a run. */
export function TryOut({ section, row, path, onRun }: Props) {
  const { t } = useTranslation();
  const deed = useDeed(section);
  const give = async (given: Row) => {
    const to = { method: 'POST', path: addressOf(section, row, path), body: { with: given } };
    const told = (await deed.mutateAsync(to).catch(() => undefined)) as Row | undefined;
    if (!told) return;
    modals.closeAll();
    onRun(String(told.id));
  };
  return (
    <Stack>
      <Alert color="orange">{t('admin.for_real')}</Alert>
      <Form
        fields={fieldsOfSchema(row.input as Row)}
        under="/with"
        button={t('admin.deed.try')}
        busy={deed.isPending}
        error={deed.error}
        onGive={(given) => void give(given)}
      />
    </Stack>
  );
}
