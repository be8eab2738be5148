import { Alert, Select, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useVersions } from '@/ui/definitions';
import { MigrateLook } from '@/ui/MigrateLook';
import { Said } from '@/ui/Said';
import { Waiting } from '@/ui/Waiting';

type Summary = Schemas['RunSummary'];
type Props = { runs: Summary[]; onDone: () => void; onOpen: (run: string) => void };

/** Runs of one workflow to another version: each is looked at first, and only those that are safe are moved. */
export function MigrateMany({ runs, onDone, onOpen }: Props) {
  const { t } = useTranslation();
  const [to, setTo] = useState<string | null>(null);
  const definition = runs[0]?.definition ?? '';
  const one = runs.every((run) => run.definition === definition);
  const versions = useVersions(definition, one);
  if (!one) return <Alert color="yellow" title={t('migrate.one_workflow')} />;
  if (versions.isError) return <Said error={versions.error} />;
  if (!versions.data) return <Waiting size="sm" />;
  return (
    <Stack>
      <Select
        label={t('migrate.to')}
        value={to}
        onChange={setTo}
        data={versions.data.items.map((each) => String(each.version))}
        data-autofocus
      />
      {to && (
        <MigrateLook
          key={to}
          definition={definition}
          to={Number(to)}
          runs={runs}
          onDone={onDone}
          onOpen={onOpen}
          onClose={() => modals.closeAll()}
        />
      )}
    </Stack>
  );
}
