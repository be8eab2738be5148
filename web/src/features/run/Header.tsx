import { Alert, Anchor, Badge, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconCircleX, IconPlayerPause } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useReasonTitles } from '@/ui/closing';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { type Run, shares } from './model';
import { RunActions } from './RunActions';

type Props = { run: Run; stale: boolean; beside: boolean };

/** What the run is and how it stands. Beside a list it is a part of the page, and its name no heading of all. */
export function Header({ run, stale, beside }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap="sm">
            <Title order={beside ? 2 : 1} size="h3">
              {run.name}
            </Title>
            <Status value={run.status} />
            {run.attention && <Status value="attention" />}
            {stale && (
              <Badge color="yellow" variant="light">
                {t('run.stale')}
              </Badge>
            )}
          </Group>
          <Facts run={run} />
        </div>
        <RunActions run={run} />
      </Group>
      <Bar run={run} />
      <Stopped run={run} />
    </Stack>
  );
}

function Facts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { users, teams, partners } = run.assignees;
  const whom = [...users, ...teams, ...partners];
  const facts: ReactNode[] = [`${run.definition} ${t('run.version', { n: run.version })}`];
  if (run.record) facts.push(<RecordLink record={run.record} />);
  if (run.started_at)
    facts.push(
      <>
        {t('run.started', { by: run.started_by })} <When value={run.started_at} />
      </>,
    );
  if (run.holder) facts.push(t('run.holder', { by: run.holder }));
  if (whom.length > 0) facts.push(t('header.assigned', { names: whom.join(', ') }));
  if (run.due)
    facts.push(
      <>
        {t('run.due')} <When value={run.due} />
      </>,
    );
  return (
    <Text size="sm" c="dimmed">
      {facts.map((fact, index) => (
        <Fragment key={index}>
          {index > 0 && ' · '}
          {fact}
        </Fragment>
      ))}
    </Text>
  );
}

function RecordLink({ record }: { record: { collection: string; id: string } }) {
  return (
    <Anchor
      inherit
      renderRoot={(props) => (
        <Link
          to="/records/$collection/$record"
          params={{ collection: record.collection, record: record.id }}
          {...props}
        />
      )}
    >
      {record.collection} {record.id}
    </Anchor>
  );
}

/** Done and skipped are drawn apart; what is left is to come. */
function Bar({ run }: { run: Run }) {
  const { t } = useTranslation();
  const part = shares(run.progress);
  return (
    <Group gap="sm" wrap="nowrap">
      <Progress.Root size="lg" style={{ flex: 1 }}>
        <Progress.Section value={part.done} color="teal" aria-label={t('run.done_share')} />
        <Progress.Section value={part.skipped} color="gray" striped aria-label={t('run.skipped_share')} />
      </Progress.Root>
      <Text size="sm" className="tabular">
        {run.progress.done}
        {run.progress.skipped > 0 && ` + ${run.progress.skipped}`} / {run.progress.total}
      </Text>
    </Group>
  );
}

/** Who laid the run aside, when and why; with what it ended. */
function Stopped({ run }: { run: Run }) {
  const { t } = useTranslation();
  const title = useReasonTitles();
  if (run.saved)
    return (
      <Alert color="yellow" icon={<IconPlayerPause aria-hidden />} py="xs">
        <Text size="sm">
          {t('header.saved', { by: run.saved.by ?? '' })}, <When value={run.saved.at} />
          {run.saved.reason && `, ${t('header.because', { reason: run.saved.reason })}`}
        </Text>
      </Alert>
    );
  const { reasons, text } = run.closing;
  if (!run.ended_at || (reasons.length === 0 && !text)) return null;
  const words = [...reasons.map(title), ...(text ? [text] : [])].join('; ');
  return (
    <Alert color="gray" icon={<IconCircleX aria-hidden />} py="xs">
      <Text size="sm">
        {t('header.closed', { reasons: words })} · <When value={run.ended_at} />
      </Text>
    </Alert>
  );
}
