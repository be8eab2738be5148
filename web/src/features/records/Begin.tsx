import { Alert, Button, Group, Menu, Text } from '@mantine/core';
import { IconChevronDown, IconPlayerPlay } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openRun } from '@/ui/openRun';
import { Said } from '@/ui/Said';
import { type Source, type Startable, useBegin, useWorkflows } from './hooks';

type Props = {
  record: string;
  source: Source;
  startable: Startable[];
  onStarted?: (run: string) => void;
};

/** What can be started on a record, one button each. */
export function Begin({ record, source, startable, onStarted }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const start = useBegin(
    record,
    source,
    onStarted ?? ((run) => void go({ to: '/runs/$run', params: { run } })),
  );
  if (startable.length === 0) return <Text c="dimmed">{t('records.nothing_to_start')}</Text>;
  return (
    <>
      <Group gap="xs">
        {startable.map((each) => (
          <Button
            key={each.definition}
            variant="light"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            loading={start.isPending && start.variables.definition === each.definition}
            onClick={() => start.begin(each)}
          >
            {each.name}
            {each.asks && '…'}
          </Button>
        ))}
      </Group>
      {start.isError && <Refused error={start.error} />}
    </>
  );
}

/** Why it did not start; where a run is open already, the way to it. */
export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const run = openRun(error);
  if (!run) return <Said error={error} />;
  return (
    <Alert color="yellow" role="alert" title={t('start.duplicate')} mt="xs">
      <Button
        size="sm"
        variant="default"
        renderRoot={(props) => <Link to="/runs/$run" params={{ run }} {...props} />}
      >
        {t('start.open_it')}
      </Button>
    </Alert>
  );
}

/** The same from a row of a list: asked for when the menu is opened. */
export function BeginMenu({ collection, record }: { collection: string; record: string }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [opened, setOpened] = useState(false);
  const workflows = useWorkflows(collection, record, opened);
  const start = useBegin(record, 'list', (run) => void go({ to: '/runs/$run', params: { run } }));
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end" closeOnItemClick={false} shadow="md">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`${t('record.begin')} ${record}`}
        >
          {t('record.begin')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown maw={360}>
        {workflows.isPending && <Menu.Label>{t('problem.loading')}</Menu.Label>}
        {workflows.data?.startable.length === 0 && <Menu.Label>{t('records.nothing_to_start')}</Menu.Label>}
        {workflows.data?.startable.map((each) => (
          <Menu.Item key={each.definition} disabled={start.isPending} onClick={() => start.begin(each)}>
            {each.name}
            {each.asks && '…'}
          </Menu.Item>
        ))}
        {start.isError && <Refused error={start.error} />}
        {workflows.isError && <Said error={workflows.error} />}
      </Menu.Dropdown>
    </Menu>
  );
}
