import { Code, Spoiler, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Exactly } from '@/ui/When';
import { Values } from '../Context';
import { type Happened, told } from '../happened';
import type { Run } from '../model';
import { changedBy, valuesOf } from './moments';

type Props = { run: Run; event: Happened; events: Happened[] };

/** One moment in full: what happened, to which step, by whom, with what. */
export function Now({ run, event, events }: Props) {
  const { t } = useTranslation();
  const step = run.steps.find((each) => each.id === event.step);
  const changed = changedBy(event, events);
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {t(`event.${event.type}`, { defaultValue: event.type.replaceAll('_', ' ') })}
          {step && `: ${step.title}`}
        </Title>
        <Text size="sm" c="dimmed">
          {t('replay.number', { seq: event.seq })}
          {event.execution && ` · ${event.execution}`}
          {event.actor && ` · ${event.actor}`} · <Exactly value={event.at} />
        </Text>
      </div>
      {told(event) && <Text style={{ overflowWrap: 'anywhere' }}>{told(event)}</Text>}
      {changed.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t('replay.changed')}
          </Text>
          {changed.map(({ name, from, to }) => (
            <Text size="sm" key={name} style={{ overflowWrap: 'anywhere' }}>
              {name}: <del>{plain(from)}</del> → <ins>{plain(to)}</ins>
            </Text>
          ))}
        </div>
      )}
      {valuesOf(event).map(({ name, values }) => (
        <div key={name}>
          <Text size="sm" fw={600}>
            {t(`replay.values.${name}`)}
          </Text>
          <Values values={values} />
        </div>
      ))}
      <Spoiler maxHeight={0} showLabel={t('replay.whole')} hideLabel={t('replay.less')}>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {JSON.stringify(event, null, 2)}
        </Code>
      </Spoiler>
    </Stack>
  );
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
}
